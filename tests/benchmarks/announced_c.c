/* One replication of as-announced as one writes it in C: a discrete-event program with one binary heap of events, which
   keeps the same counters by month as the engines do.

   It is given what the replication was given (announced.py writes it): bills of materials, curves of capacity, price and
   yield, variates in the order in which each source uses them, demands, and what was in stock and under way at the
   start. Orders are replayed: it is also given what the planner released at each review, for the planner is no part of
   it. Lots are released at their instants and wait for their materials, queue at the bottleneck, take their cycle time,
   come out with the yield that the source has learned by then, and go to stock; demands are served in the order of
   their priority, or wait.

   Events of an instant come in the order that the model asks for: round, phase, priority, rank, sequence. What this scenario
   has no use for is left out, and announced.py refuses a replication that has it: disruptions, held shipments, stock
   policies, limits on work in process, sites that are shared by priority, binomial yields. Left out too is what serves
   the planner or a check alone: expected output, promised dates, a list of open lots, the journal of cents.

   Usage: announced_c INPUT OUTPUT REPEATS. Prints events, lots, and the medians of wall and CPU seconds of a run. */
#include "announced_c.h"

/* ---- events ---- */
static int before(const Event *a, const Event *b) { return a->time != b->time ? a->time < b->time : a->order < b->order; }

static void push(Int time, int round, int in, Int priority, Int rank, Int sequence, int kind, Int what) {
    /* Round, phase, priority, rank and sequence as one number: 10, 3, 9, 12 and 30 bits. */
    uint64_t order = ((((uint64_t)(round + 1) << 3 | (uint64_t)in) << 9 | (uint64_t)(priority + 1)) << 12
                      | (uint64_t)(rank + 1)) << 30 | (uint64_t)sequence;
    Event event = {time, order, kind, (int)what};
    if (size == room) { heap = realloc(heap, (size_t)(room *= 2) * sizeof(Event)); if (!heap) exit(3); }
    int i = size++;
    while (i > 0 && before(&event, &heap[(i - 1) / 2])) { heap[i] = heap[(i - 1) / 2]; i = (i - 1) / 2; }
    heap[i] = event;
}

static Event pop(void) {
    Event first = heap[0], moved = heap[--size];
    int i = 0, child;
    while ((child = 2 * i + 1) < size) {
        if (child + 1 < size && before(&heap[child + 1], &heap[child])) child++;
        if (!before(&heap[child], &moved)) break;
        heap[i] = heap[child];
        i = child;
    }
    heap[i] = moved;
    return first;
}

/* Later, or at this instant: in this round if its phase is still to come, else in the next. */
static void at(Int time, int in, Int priority, Int rank, Int sequence, int kind, Int what) {
    if (time > now || phase < 0) push(time, 0, in, priority, rank, sequence, kind, what);
    else push(now, in > phase ? turn : turn + 1, in, priority, rank, sequence, kind, what);
}

/* ---- curves, and the month of an instant ---- */
static double value_at(Int curve, Int tick) {
    Range c = curves[curve];
    Int i = reached[curve];
    if (knots[i] > tick) i = c.begin;
    while (i + 1 < c.end && knots[i + 1] <= tick) i++;
    reached[curve] = i;
    return values[i];
}
/* Curves of a site: rate of a line, yield, cycle time, price; behind those of all sites the price of each source. */
static double site_curve(Int site, int which, Int tick) { return value_at(4 * site + which, tick); }

static Int month_of(Int instant) {
    if (instant >= end) return n_edges - 1;                /* a row that nobody reads */
    Int p = period;
    while (p + 1 < n_edges && edges[p + 1] <= instant) p++;
    return p;
}

/* ---- yields ---- */
static double interpolate(const double *table, Int nodes, double x, double per_unit) {
    double position = x * per_unit;
    if (position >= (double)(nodes - 1)) return table[nodes - 1];
    Int i = (Int)position;
    return table[i] + (table[i + 1] - table[i]) * (position - (double)i);
}

static double good_share(Int r, Int table, double x, double factor) {
    double u = interpolate(defects + r * experience_nodes, experience_nodes, x, 128.0) * factor;
    return interpolate(survival + table * survival_nodes, survival_nodes, u, 512.0)
           * interpolate(assembly + r * experience_nodes, experience_nodes, x, 128.0);
}

/* Learning constants behind a source: its own, or what it will keep of the generation before. */
static double experience(Int r, Int tick) {
    if (given[r].inherits >= 0 && !sources[r].started) return given[r].keep * experience(given[r].inherits, tick);
    if (given[r].learns != BY_TIME) return 0.0;
    Int first = sources[r].first, since = tick > first ? tick - first : 0;
    return sources[r].offset + (first >= 0 ? (double)since / given[r].scale : 0.0);
}

static double expected_good(Int r, Int tick) {
    const SourceData *d = &given[r];
    return d->has_fixed ? d->fixed : d->line * d->gross * good_share(r, d->expected, experience(r, tick), 1.0);
}

static double variate(Int r, int kind) {
    const Variates *n = &noise[KINDS * r + kind];
    if (n->begin < 0) return n->typical;
    if (sources[r].used[kind] == n->end) { fputs("more variates are used than were given\n", stderr); exit(4); }
    return variates[sources[r].used[kind]++];
}

static void make(Lot *lot) {
    Int r = lot->source;
    const SourceData *d = &given[r];
    Source *s = &sources[r];
    if (d->perfect) { lot->out = lot->good = lot->starts; return; }
    if (!s->started) { s->offset = experience(r, lot->begin); s->started = 1; }
    if (s->first < 0) s->first = lot->begin;
    double x = experience(r, lot->begin), through = (double)lot->starts * d->line;
    s->carry_out += through;
    lot->out = whole(s->carry_out);
    s->carry_out -= (double)lot->out;
    double factor = site_curve(d->site, 1, lot->begin), drawn = variate(r, YIELD);
    double share = d->has_fixed && drawn == 1.0 ? d->share_fixed : good_share(r, d->survival, x, drawn);
    double exact = through * d->gross * share * factor + s->carry_good;
    lot->good = whole(exact);
    s->carry_good = exact - (double)lot->good;
}

/* ---- stock ---- */
static Int available(Int pool) {
    Int n = 0;
    for (Int i = pools[pool].member_begin; i < pools[pool].member_end; i++) n += items[members[i]].units;
    return n;
}

static void accrue_item(Int i) { items[i].unit_days += unit_days(items[i].units, now - items[i].last); items[i].last = now; }

static void take(Int pool, Int n, int consume) {
    for (Int i = pools[pool].member_begin; i < pools[pool].member_end && n; i++) {
        Int item = members[i], part = least(n, items[item].units);
        if (!part) continue;
        if (item_data[item].costly) accrue_item(item);
        items[item].units -= part;
        n -= part;
        if (consume) by_item[period * n_items + item].consumed += part;
    }
}

/* ---- the bottleneck ---- */
/* The first instant at which the integral of the rate reaches the load, rounded up to the grid. */
static Int finish(Int start, double left, Range c, Int i, Line *line) {
    Int t = start;
    line->credit = 0.0;
    while (left > 0.0) {
        double rate = values[i];
        int last = i + 1 == c.end;
        if (rate > 0.0) {
            double need = left / rate;
            if (last && need >= (double)NEVER) { line->step = i; return NEVER; }
            if (last || need <= (double)(knots[i + 1] - t)) {
                double ticks = ceil(need - 1e-6), spare = ticks - need;
                if (spare != 0.0) line->credit = spare * rate;
                line->step = i;
                return t + (Int)ticks;
            }
            left -= rate * (double)(knots[i + 1] - t);
        } else if (last) { line->step = i; return NEVER; }
        t = knots[++i];
    }
    line->step = i;
    line->credit = -left;
    return t;
}

static void work(Lot *lot, Int site, double load) {
    Line *line = &lines[sites[site].line_begin];
    for (Int i = sites[site].line_begin + 1; i < sites[site].line_end; i++) if (lines[i].free < line->free) line = &lines[i];
    lot->begin = line->free > now ? line->free : now;
    lot->leave = NEVER;
    if (lot->begin >= NEVER) return;
    double left = lot->begin == line->free ? load - line->credit : load;
    Range c = curves[4 * site];
    Int i = line->step;
    while (i + 1 < c.end && knots[i + 1] <= lot->begin) i++;
    line->free = lot->leave = finish(lot->begin, left, c, i, line);
}

static void ship(Int r, Int shipments, Int month) {
    by_source[month * n_sources + r].shipments += shipments;
    by_source[month * n_sources + r].shipment_cents += shipments * given[r].shipment_cents;
}

/* All inputs are there: every later instant of the lot follows now, and is booked in its month. */
static void begin(int slot) {
    Lot *lot = &lots[slot];
    Int r = lot->source, site = given[r].site;
    double load = variate(r, LOAD) * (double)lot->starts;
    lot->where = UNDER_WAY;
    work(lot, site, load);
    if (lot->leave >= NEVER) { lot->begin = lot->leave = lot->ready = lot->arrive = NEVER; return; }
    make(lot);
    Int cycle = (Int)variate(r, CYCLE);
    double stretch = site_curve(site, 2, lot->begin);
    lot->ready = lot->leave + (stretch == 1.0 ? cycle : (Int)ceil((double)cycle * stretch));
    lot->arrive = lot->ready + given[r].shipping;
    BySite *s = &by_site[period * n_sites + site];
    s->lots++;
    s->delayed += lot->begin > now;
    s->wait += lot->begin - now;
    if (lot->arrive < NEVER) s->time_in_system += lot->arrive - now;
    Int begun = period, left = period, made = period;
    if (lot->ready >= period_end) { begun = month_of(lot->begin); left = month_of(lot->leave); made = month_of(lot->ready); }
    if (given[r].variable_cents != 0.0)
        by_source[begun * n_sources + r].variable_cents += cents((double)lot->starts * given[r].variable_cents);
    by_site[left * n_sites + site].load += load;
    BySource *m = &by_source[made * n_sources + r];
    m->out += lot->out;
    m->scrapped += lot->starts - lot->out;
    if (lot->stage == SAMPLES) m->samples += lot->good; else m->good += lot->good;
    if (lot->good && lot->ready < first_good[r]) first_good[r] = lot->ready;
    ship(r, lot_number(lot->starts, given[r].shipped_lot), made);
    if (lot->arrive < NEVER) at(lot->arrive, RECEIVE, 0, r, lot->number, RECEIVED, slot);
}

/* ---- lots that wait for inputs ---- */
static int goes_before(int one, int other) {
    const Lot *a = &lots[one], *b = &lots[other];
    Int first = given[a->source].priority, second = given[b->source].priority;
    if (first != second) return first < second;
    return a->released != b->released ? a->released < b->released : a->number < b->number;
}

static void join(Queue *q, int slot) {
    if (q->tail - q->head > q->mask) {
        Queue wider = {array(2 * ((size_t)q->mask + 1), sizeof(int)), 0, 0, 2 * q->mask + 1};
        while (q->head != q->tail) wider.lots[wider.tail++] = q->lots[q->head++ & q->mask];
        free(q->lots);
        *q = wider;
    }
    unsigned i = q->tail++;
    while (i != q->head && goes_before(slot, q->lots[(i - 1) & q->mask])) { q->lots[i & q->mask] = q->lots[(i - 1) & q->mask]; i--; }
    q->lots[i & q->mask] = slot;
}

static int first_of(Int pool) { const Queue *q = &queues[pool]; return q->head == q->tail ? -1 : q->lots[q->head & q->mask]; }

static int possible(int slot) {
    const SourceData *d = &given[lots[slot].source];
    for (Int i = d->take_begin; i < d->take_end; i++)
        if (first_of(input_pools[i]) != slot || available(input_pools[i]) < takes[i] * lots[slot].starts) return 0;
    return 1;
}

/* Let waiting lots begin, in order, as far as inputs reach; where one leaves another queue, its next may begin too. */
static void dispatch(Int pool) {
    int head = 0, tail = 0, slot;
    again[tail++] = (int)pool;
    listed[pool] = 1;
    while (head != tail) {
        int at_hand = again[head % n_pools];
        if ((slot = first_of(at_hand)) < 0 || !possible(slot)) { listed[at_hand] = 0; head++; continue; }
        const SourceData *d = &given[lots[slot].source];
        for (Int i = d->take_begin; i < d->take_end; i++) {
            Int other = input_pools[i];
            take(other, takes[i] * lots[slot].starts, 1);
            queues[other].head++;
            if (!listed[other]) { listed[other] = 1; again[tail++ % n_pools] = (int)other; }
        }
        begin(slot);
    }
}

/* ---- orders ---- */
static Int release_time(const OrderData *o, Int i) {
    return o->begin + (o->end - o->begin) * (i * given[o->source].lot_size) / o->starts;
}

/* The next lot of an order, and those due at the same instant: one by one the calendar stays small. */
static void appoint(Int index) {
    const OrderData *o = &orders[index];
    Order *of = &ordered[index];
    Int n = lot_number(o->starts, given[o->source].lot_size), time = release_time(o, of->appointed);
    while (of->appointed < n && release_time(o, of->appointed) == time)
        at(time, PLAN, 1, o->source, of->first + of->appointed++, RELEASED, index);
}

static int new_lot(Int r, Int number, Int starts, Int stage) {
    int slot = free_lot;
    if (slot >= 0) free_lot = lots[slot].next;
    else {
        if (lots_used == lots_room && !(lots = realloc(lots, (size_t)(lots_room *= 2) * sizeof(Lot)))) exit(3);
        slot = lots_used++;
    }
    lots[slot] = (Lot){.number = number, .released = now, .starts = starts, .source = (int)r, .stage = (int)stage, .where = WAITS};
    return slot;
}

static int stage_of(Int r, Int tick) {
    const Int *p = &phases[3 * r];
    if (tick >= sites[given[r].site].closes) return 0;
    return tick >= p[2] ? VOLUME : tick >= p[1] ? RISK : tick >= p[0] ? SAMPLES : 0;
}

static void release(Int index, Int number) {
    const OrderData *o = &orders[index];
    Int i = number - ordered[index].first, r = o->source, lot_size = given[r].lot_size;
    if (i + 1 == ordered[index].appointed && i + 1 < lot_number(o->starts, lot_size)) appoint(index);
    if (stage_of(r, now) < o->stage) return;               /* nothing is started before it is qualified */
    int slot = new_lot(r, number, lot_part(o->starts, lot_size, i), o->stage);
    BySource *row = &by_source[period * n_sources + r];
    if (o->stage == SAMPLES) row->sample_starts += lots[slot].starts; else row->starts += lots[slot].starts;
    const SourceData *d = &given[r];
    if (d->take_begin == d->take_end) { begin(slot); return; }
    for (Int k = d->take_begin; k < d->take_end; k++) join(&queues[input_pools[k]], slot);
    Int last = input_pools[d->take_end - 1];
    if (first_of(last) == slot) dispatch(last);            /* else it waits behind others */
}

static void book_order(Int r) {
    by_source[period * n_sources + r].orders++;
    by_source[period * n_sources + r].order_cents += given[r].order_cents;
}

/* What the planner released at a review. Samples are an order of their own; all else of a source is one. */
static void replay_review(Int k) {
    for (; next_order < n_orders && orders[next_order].review == k; next_order++) {
        const OrderData *o = &orders[next_order], *last = next_order ? o - 1 : NULL;
        if (o->entry == 0 || !last || last->review != k || last->source != o->source || last->entry == 0) book_order(o->source);
        ordered[next_order].first = lot_count + 1;
        lot_count += lot_number(o->starts, given[o->source].lot_size);
        appoint(next_order);
    }
}

/* ---- receipts ---- */
static void pay(const Lot *lot) {
    Int r = lot->source;
    double starts = (double)lot->starts;
    if (lot->seeded) starts = (double)lot->good / fmax(expected_good(r, 0), 1e-9);
    double price = value_at(4 * n_sites + r, now) * site_curve(given[r].site, 3, lot->begin);
    by_source[period * n_sources + r].purchase_cents += cents(starts * price);
}

static void receive(int slot) {
    Lot *lot = &lots[slot];
    Int r = lot->source, pool = given[r].pool;
    BySource *row = &by_source[period * n_sources + r];
    if (given[r].priced) pay(lot);
    lot->where = UNUSED;
    lot->next = free_lot;
    free_lot = slot;
    if (lot->stage == SAMPLES) return;                     /* measured and used up */
    if (item_data[given[r].makes].costly) accrue_item(given[r].makes);
    items[given[r].makes].units += lot->good;
    if (lot->seeded) row->seeded += lot->good; else row->received += lot->good;
    if (backlogs[pool]) {
        Int seen = -1;
        for (Int i = pools[pool].counter_begin; i < pools[pool].counter_end; i++) {
            Int f = counters[i];
            if (!flows[f].backlog || flow_data[f].priority == seen) continue;
            seen = flow_data[f].priority;
            at(now, SERVE, seen, -1, pool, SERVED, pool);
        }
    }
    if (first_of(pool) >= 0) at(now, PLAN, 0, pool, 1, DISPATCH, pool);
}

/* ---- demand ---- */
static void accrue_flow(Int f, Int until) {
    flows[f].unit_days += unit_days(flows[f].backlog, until - flows[f].last);
    flows[f].last = until;
}

static void hand_out(Int f, Int n) {
    ByFlow *row = &by_flow[period * n_flows + f];
    take(flow_data[f].pool, n, 0);
    row->served += n;
    row->delivered += n;
    row->deliveries++;
    row->delivery_cents += flow_data[f].shipment_cents;
}

static void meet(Int f, Int k) {
    const FlowData *d = &flow_data[f];
    Flow *flow = &flows[f];
    ByFlow *row = &by_flow[period * n_flows + f];
    Int wanted = units[d->begin + k], served = flow->backlog ? 0 : least(wanted, available(d->pool)), left = wanted - served;
    row->demanded += wanted;
    if (served) { row->from_stock += served; hand_out(f, served); }
    if (left && !d->backlogs) row->lost += left;
    else if (left) {
        if (d->shortage_cents != 0.0) accrue_flow(f, now);
        claims[flow->tail++] = (Claim){now, left};
        flow->backlog += left;
        backlogs[d->pool] += left;
    }
    if (d->begin + k + 1 < d->end) at(times[d->begin + k + 1], SERVE, d->priority, f, k + 1, DEMANDED, f);
}

static void serve(Int f, Int n) {
    if (!n) return;
    Flow *flow = &flows[f];
    if (flow_data[f].shortage_cents != 0.0) accrue_flow(f, now);
    flow->backlog -= n;
    backlogs[flow_data[f].pool] -= n;
    for (Int left = n; left;) {
        Claim *claim = &claims[flow->head];
        Int part = least(left, claim->units);
        by_flow[period * n_flows + f].waited += unit_days(part, now - claim->at);
        left -= part;
        if (!(claim->units -= part)) flow->head++;
    }
    hand_out(f, n);
}

/* Claims of a priority are met in the order of their instants, those of one instant in the order of the flows. */
static void serve_backlog(Int pool, Int priority) {
    Int first = pools[pool].counter_begin, last = pools[pool].counter_end, stock = available(pool);
    for (Int i = first; i < last; i++) { flows[counters[i]].cursor = flows[counters[i]].head; flows[counters[i]].given = 0; }
    while (stock > 0) {
        Flow *next_one = NULL;
        for (Int i = first; i < last; i++) {
            Flow *flow = &flows[counters[i]];
            if (flow_data[counters[i]].priority == priority && flow->cursor < flow->tail
                && (!next_one || claims[flow->cursor].at < claims[next_one->cursor].at)) next_one = flow;
        }
        if (!next_one) break;
        Int part = least(claims[next_one->cursor++].units, stock);
        next_one->given += part;
        stock -= part;
    }
    for (Int i = first; i < last; i++) if (flow_data[counters[i]].priority == priority) serve(counters[i], flows[counters[i]].given);
}

/* ---- months ---- */
static Int due(double owed, Int *booked) { Int amount = cents(owed) - *booked; *booked += amount; return amount; }

static void close_month(void) {
    Int until = now + 1;
    for (Int i = 0; i < n_items; i++) {
        ByItem *row = &by_item[period * n_items + i];
        row->stock = items[i].units;
        if (!item_data[i].costly) continue;
        items[i].unit_days += unit_days(items[i].units, until - items[i].last);
        items[i].last = until;
        items[i].owed += items[i].unit_days * item_data[i].rate;
        items[i].unit_days = 0.0;
        row->holding_cents += due(items[i].owed, &items[i].booked);
    }
    for (Int f = 0; f < n_flows; f++) {
        ByFlow *row = &by_flow[period * n_flows + f];
        row->backlog = flows[f].backlog;
        if (flow_data[f].shortage_cents == 0.0) continue;
        accrue_flow(f, until);
        flows[f].owed += flows[f].unit_days * flow_data[f].shortage_cents;
        flows[f].unit_days = 0.0;
        row->shortage_cents += due(flows[f].owed, &flows[f].booked);
    }
    for (int i = 0; i < lots_used; i++) {
        const Lot *lot = &lots[i];
        BySource *row = &by_source[period * n_sources + lot->source];
        if (lot->where == WAITS) row->waiting += lot->starts;
        else if (lot->where == UNDER_WAY && !lot->seeded) {
            if (lot->ready >= until) row->in_process += lot->starts;
            else if (lot->stage != SAMPLES) row->in_transit += lot->good;
        }
    }
    if (period + 2 < n_edges) period_end = edges[++period + 1];
}

/* ---- the run ---- */
static void open_run(void) {
    for (Int i = 0; i < n_seeded; i++) {
        const Seeded *s = &seeded[i];
        int slot = new_lot(s->source, ++lot_count, 0, VOLUME);
        if (s->ready >= 0) ship(s->source, 1, month_of(s->ready));
        lots[slot].seeded = 1;
        lots[slot].where = UNDER_WAY;
        lots[slot].good = s->good;
        lots[slot].ready = s->ready;
        lots[slot].arrive = s->arrive;
        at(s->arrive, RECEIVE, 0, s->source, lot_count, RECEIVED, slot);
    }
    for (Int f = 0; f < n_flows; f++)
        if (flow_data[f].begin < flow_data[f].end) at(times[flow_data[f].begin], SERVE, flow_data[f].priority, f, 0, DEMANDED, f);
    for (Int k = 0; k + 1 < n_reviews; k++) at(reviews[k], PLAN, 0, 0, k, REVIEW, k);
    for (Int p = 0; p + 1 < n_edges; p++) push(edges[p + 1] - 1, AFTER_ALL, RECORD, 0, 0, p, CLOSE, p);
    push(end, BEFORE_ALL, 0, 0, 0, 0, STOP, 0);
}

static void run(void) {
    open_run();
    while (running && size) {
        Event event = pop();
        Int sequence = (Int)(event.order & ((1u << 30) - 1));
        now = event.time;
        turn = (int)(event.order >> 54) - 1;
        phase = (int)(event.order >> 51) & 7;
        handled++;
        switch (event.kind) {
        case RECEIVED: receive(event.what); break;
        case DEMANDED: meet(event.what, sequence); break;
        case RELEASED: release(event.what, sequence); break;
        case DISPATCH: dispatch(event.what); break;
        case SERVED: serve_backlog(event.what, (Int)(event.order >> 42 & 511) - 1); break;
        case REVIEW: replay_review(event.what); break;
        case CLOSE: close_month(); break;
        default: running = 0;
        }
    }
}

static double seconds(clockid_t clock) { struct timespec t; clock_gettime(clock, &t); return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec; }
static int ascending(const void *a, const void *b) { double x = *(const double *)a, y = *(const double *)b; return (x > y) - (x < y); }

int main(int argc, char **argv) {
    if (argc != 4) return 1;
    int repeats = atoi(argv[3]);
    read_input(argv[1]);
    make_room();
    double *wall = array((size_t)repeats, sizeof(double)), *cpu = array((size_t)repeats, sizeof(double));
    for (int i = 0; i < repeats; i++) {
        reset();
        double began = seconds(CLOCK_MONOTONIC), worked = seconds(CLOCK_PROCESS_CPUTIME_ID);
        run();
        cpu[i] = seconds(CLOCK_PROCESS_CPUTIME_ID) - worked;
        wall[i] = seconds(CLOCK_MONOTONIC) - began;
    }
    write_output(argv[2]);
    qsort(wall, (size_t)repeats, sizeof(double), ascending);
    qsort(cpu, (size_t)repeats, sizeof(double), ascending);
    Int through = 0;
    for (Int i = 0; i < n_edges * n_sites; i++) through += by_site[i].lots;
    printf("%lld %lld %.9f %.9f\n", (long long)handled, (long long)through, wall[repeats / 2], cpu[repeats / 2]);
    return 0;
}

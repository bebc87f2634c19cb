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
#include "announced_lots.h"

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

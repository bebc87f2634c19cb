/* Of announced_c.c: the heap of events, and a lot's way from the inputs that it waits for to the instant of its arrival. */
#include "announced_c.h"

/* ---- events ---- */
static int before(const Event *a, const Event *b) { return a->time != b->time ? a->time < b->time : a->order < b->order; }

#include "heap.h"

static void push(Int time, int round, int in, Int priority, Int rank, Int sequence, int kind, Int what) {
    /* Round, phase, priority, rank and sequence as one number: 10, 3, 9, 12 and 30 bits. */
    uint64_t order = ((((uint64_t)(round + 1) << 3 | (uint64_t)in) << 9 | (uint64_t)(priority + 1)) << 12
                      | (uint64_t)(rank + 1)) << 30 | (uint64_t)sequence;
    Event event = {time, order, kind, (int)what};
    if (size == room) { heap = realloc(heap, (size_t)(room *= 2) * sizeof(Event)); if (!heap) exit(3); }
    sift_up(event);
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

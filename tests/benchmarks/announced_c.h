/* What announced_c.c is given, what moves in it, and what it leaves: read from a file, laid out, and written to another. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef int64_t Int;

#define TICKS_PER_DAY (1 << 20)
#define NEVER ((Int)1 << 62)
enum { RECEIVE = 1, SERVE, PLAN, RECORD };                /* phases of a round */
enum { SAMPLES = 1, RISK, VOLUME };                       /* qualification */
enum { UNUSED, WAITS, UNDER_WAY };                        /* where a lot is */
enum { LOAD, CYCLE, YIELD, KINDS };                       /* variates of a source */
enum { BY_TIME = 2 };                                     /* how a source learns; others do not */
enum { BEFORE_ALL = -1, AFTER_ALL = 1001 };               /* rounds of the end of the run, and of a month */
enum { DEMANDED, SERVED, RECEIVED, RELEASED, REVIEW, DISPATCH, CLOSE, STOP };

/* As read from the file: every field takes eight bytes. */
typedef struct {
    Int makes, pool, site, priority, lot_size, shipped_lot, shipping, order_cents, shipment_cents, priced, has_fixed, perfect,
        learns, inherits, take_begin, take_end, survival, expected;
    double variable_cents, fixed, share_fixed, line, gross, scale, keep;
} SourceData;
typedef struct { Int units, costly; double rate; } ItemData;
typedef struct { Int member_begin, member_end, counter_begin, counter_end; } Pool;
typedef struct { Int pool, priority, backlogs, shipment_cents, begin, end; double shortage_cents; } FlowData;
typedef struct { Int line_begin, line_end, closes; } Site;
typedef struct { Int begin, end; } Range;
typedef struct { Int source, good, ready, arrive; } Seeded;
typedef struct { Int review, source, entry, starts, stage, begin, end; } OrderData;
typedef struct { Int begin, end; double typical; } Variates;

/* What a run leaves: counters of a month. */
typedef struct {
    Int starts, sample_starts, out, scrapped, good, samples, received, seeded, orders, shipments, purchase_cents,
        variable_cents, order_cents, shipment_cents, waiting, in_process, in_transit;
} BySource;
typedef struct { Int consumed, holding_cents, stock; } ByItem;
typedef struct { Int lots, delayed, wait, time_in_system; double load; } BySite;
typedef struct {
    Int demanded, from_stock, served, delivered, lost, deliveries, delivery_cents, shortage_cents, backlog;
    double waited;
} ByFlow;

/* What moves. */
typedef struct { Int time; uint64_t order; int kind, what; } Event;
typedef struct {
    Int number, released, begin, leave, ready, arrive, starts, out, good;
    int source, stage, where, seeded, next;
} Lot;
typedef struct { int *lots; unsigned head, tail, mask; } Queue;
typedef struct { int started; Int first; double offset, carry_out, carry_good; Int used[KINDS]; } Source;
typedef struct { Int units, last, booked; double unit_days, owed; } Item;
typedef struct { Int at, units; } Claim;
typedef struct { Int head, tail, cursor, given, backlog, last, booked; double unit_days, owed; } Flow;
typedef struct { Int first, appointed; } Order;
typedef struct { Int free, step; double credit; } Line;

/* ---- what is given, in the order of the file ---- */
static Int *edges, *phases, *input_pools, *takes, *members, *counters, *reviews, *times, *units, *knots, end;
static double *values, *variates, *defects, *survival, *assembly;
static SourceData *given; static ItemData *item_data; static FlowData *flow_data; static Pool *pools; static Site *sites;
static Range *curves; static Seeded *seeded; static OrderData *orders; static Variates *noise;
static Int n_edges, n_sources, n_items, n_flows, n_demands, n_pools, n_sites, n_seeded, n_orders, n_reviews, n_curves, n_lines;
static Int experience_nodes, survival_nodes;

/* ---- the state of a run ---- */
static Event *heap; static int size, room;
static Lot *lots; static int lots_used, lots_room, free_lot;
static Queue *queues; static Source *sources; static Item *items; static Flow *flows; static Order *ordered; static Line *lines;
static Claim *claims; static Int *reached, *backlogs; static int *again; static char *listed;
static Int now, period, period_end, lot_count, next_order, handled; static int turn, phase, running;
static BySource *by_source; static ByItem *by_item; static BySite *by_site; static ByFlow *by_flow; static Int *first_good;

static void *array(size_t count, size_t bytes) { void *p = calloc(count ? count : 1, bytes); if (!p) exit(3); return p; }
static Int least(Int a, Int b) { return a < b ? a : b; }
static Int cents(double amount) { return (Int)floor(amount + 0.5); }
static Int whole(double amount) { return (Int)floor(amount + 1e-9); }
static double unit_days(Int n, Int ticks) { return (double)n * ((double)ticks / TICKS_PER_DAY); }
static Int lot_number(Int total, Int lot) { return lot > 0 ? (total + lot - 1) / lot : 1; }
static Int lot_part(Int total, Int lot, Int i) { return lot > 0 ? least(lot, total - i * lot) : total; }


/* ---- reading, laying out and writing ---- */
static FILE *file;

/* The next array of the file: how many items of so many bytes, and the items. */
static void *next(Int *count, size_t bytes) {
    Int n;
    if (fread(&n, sizeof n, 1, file) != 1) exit(2);
    void *items_read = array((size_t)n, bytes);
    if (n && fread(items_read, bytes, (size_t)n, file) != (size_t)n) exit(2);
    if (count) *count = n;
    return items_read;
}

static void read_input(const char *name) {
    Int count;
    if (!(file = fopen(name, "rb"))) exit(2);
    end = *(Int *)next(NULL, sizeof(Int));
    edges = next(&n_edges, sizeof(Int));
    reviews = next(&n_reviews, sizeof(Int));
    given = next(&n_sources, sizeof(SourceData));
    phases = next(NULL, sizeof(Int));
    input_pools = next(NULL, sizeof(Int));
    takes = next(NULL, sizeof(Int));
    item_data = next(&n_items, sizeof(ItemData));
    pools = next(&n_pools, sizeof(Pool));
    members = next(NULL, sizeof(Int));
    counters = next(NULL, sizeof(Int));
    flow_data = next(&n_flows, sizeof(FlowData));
    times = next(&n_demands, sizeof(Int));
    units = next(NULL, sizeof(Int));
    sites = next(&n_sites, sizeof(Site));
    curves = next(&n_curves, sizeof(Range));
    knots = next(NULL, sizeof(Int));
    values = next(NULL, sizeof(double));
    defects = next(&count, sizeof(double));
    experience_nodes = count / n_sources;
    assembly = next(NULL, sizeof(double));
    survival_nodes = *(Int *)next(NULL, sizeof(Int));
    survival = next(NULL, sizeof(double));
    noise = next(NULL, sizeof(Variates));
    variates = next(NULL, sizeof(double));
    seeded = next(&n_seeded, sizeof(Seeded));
    orders = next(&n_orders, sizeof(OrderData));
    fclose(file);
    n_lines = sites[n_sites - 1].line_end;
}

static void make_room(void) {
    heap = array((size_t)(room = 1024), sizeof(Event));
    lots = array((size_t)(lots_room = 1024), sizeof(Lot));
    queues = array((size_t)n_pools, sizeof(Queue));
    for (Int i = 0; i < n_pools; i++) queues[i] = (Queue){array(64, sizeof(int)), 0, 0, 63};
    sources = array((size_t)n_sources, sizeof(Source));
    items = array((size_t)n_items, sizeof(Item));
    flows = array((size_t)n_flows, sizeof(Flow));
    ordered = array((size_t)n_orders, sizeof(Order));
    lines = array((size_t)n_lines, sizeof(Line));
    claims = array((size_t)n_demands, sizeof(Claim));
    reached = array((size_t)n_curves, sizeof(Int));
    backlogs = array((size_t)n_pools, sizeof(Int));
    again = array((size_t)n_pools, sizeof(int));
    listed = array((size_t)n_pools, 1);
    by_source = array((size_t)(n_edges * n_sources), sizeof(BySource));
    by_item = array((size_t)(n_edges * n_items), sizeof(ByItem));
    by_site = array((size_t)(n_edges * n_sites), sizeof(BySite));
    by_flow = array((size_t)(n_edges * n_flows), sizeof(ByFlow));
    first_good = array((size_t)n_sources, sizeof(Int));
}

/* Everything as it is before the first event of a run. */
static void reset(void) {
    size = 0; lots_used = 0; free_lot = -1;
    now = period = lot_count = next_order = handled = 0;
    turn = 0; phase = -1; running = 1; period_end = edges[1];
    for (Int i = 0; i < n_pools; i++) { queues[i].head = queues[i].tail = 0; backlogs[i] = 0; listed[i] = 0; }
    memset(items, 0, (size_t)n_items * sizeof(Item));
    for (Int i = 0; i < n_items; i++) items[i].units = item_data[i].units;
    memset(flows, 0, (size_t)n_flows * sizeof(Flow));
    for (Int i = 0; i < n_flows; i++) flows[i].head = flows[i].tail = flow_data[i].begin;
    memset(sources, 0, (size_t)n_sources * sizeof(Source));
    for (Int r = 0; r < n_sources; r++) {
        sources[r].first = -1;
        first_good[r] = NEVER;
        for (int kind = 0; kind < KINDS; kind++) sources[r].used[kind] = noise[KINDS * r + kind].begin;
    }
    memset(ordered, 0, (size_t)n_orders * sizeof(Order));
    memset(lines, 0, (size_t)n_lines * sizeof(Line));
    for (Int i = 0; i < n_sites; i++)
        for (Int j = sites[i].line_begin; j < sites[i].line_end; j++) lines[j].step = curves[4 * i].begin;
    for (Int i = 0; i < n_curves; i++) reached[i] = curves[i].begin;
    memset(by_source, 0, (size_t)(n_edges * n_sources) * sizeof(BySource));
    memset(by_item, 0, (size_t)(n_edges * n_items) * sizeof(ByItem));
    memset(by_site, 0, (size_t)(n_edges * n_sites) * sizeof(BySite));
    memset(by_flow, 0, (size_t)(n_edges * n_flows) * sizeof(ByFlow));
}

static void put_out(const void *what, Int count, size_t bytes) {
    if (fwrite(what, bytes, (size_t)count, file) != (size_t)count) exit(2);
}

static void write_output(const char *name) {
    if (!(file = fopen(name, "wb"))) exit(2);
    put_out(by_source, n_edges * n_sources, sizeof(BySource));
    put_out(by_item, n_edges * n_items, sizeof(ByItem));
    put_out(by_site, n_edges * n_sites, sizeof(BySite));
    put_out(by_flow, n_edges * n_flows, sizeof(ByFlow));
    put_out(first_good, n_sources, sizeof(Int));
    if (fclose(file)) exit(2);
}

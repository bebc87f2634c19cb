/* Three M/M/1 stations in a row at load 0.8: an event loop as one writes it in C, with a binary heap of events,
   a first-in-first-out queue at each station, and the figures one asks for. Prints services, seconds, mean waits
   and the mean time in system. Usage: line3_c HORIZON SEED */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { STATIONS = 3, ARRIVAL = STATIONS };

typedef struct { double time; uint64_t count; int kind; } Event;
typedef struct { double came, arrived; } Job;
typedef struct { Job *jobs; size_t head, tail, mask; } Queue;

static Event heap[64];
static int size;
static uint64_t counted, state[4];

static uint64_t rotated(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

/* xoshiro256++ (Blackman & Vigna 2019). */
static uint64_t next_bits(void) {
    uint64_t result = rotated(state[0] + state[3], 23) + state[0], t = state[1] << 17;
    state[2] ^= state[0]; state[3] ^= state[1]; state[1] ^= state[2]; state[0] ^= state[3];
    state[2] ^= t; state[3] = rotated(state[3], 45);
    return result;
}

static void seed_with(uint64_t seed) {
    for (int i = 0; i < 4; i++) {
        uint64_t z = (seed += 0x9e3779b97f4a7c15u);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        state[i] = z ^ (z >> 31);
    }
}

static double exponential(double rate) { return -log1p(-(double)(next_bits() >> 11) * 0x1p-53) / rate; }

static int before(const Event *a, const Event *b) {
    return a->time != b->time ? a->time < b->time : a->count < b->count;
}

#include "heap.h"

static void push(double time, int kind) {
    Event event = {time, counted++, kind};
    sift_up(event);
}

static size_t length(const Queue *q) { return q->tail - q->head; }

static void append(Queue *q, Job job) {
    if (length(q) > q->mask) {
        Queue wider = {malloc(2 * (q->mask + 1) * sizeof(Job)), 0, 0, 2 * q->mask + 1};
        while (length(q)) wider.jobs[wider.tail++] = q->jobs[q->head++ & q->mask];
        free(q->jobs);
        *q = wider;
    }
    q->jobs[q->tail++ & q->mask] = job;
}

int main(int argc, char **argv) {
    double horizon = argc > 1 ? atof(argv[1]) : 10000.0, now = 0.0, waited[STATIONS] = {0}, in_system = 0.0;
    uint64_t done = 0, left = 0, begun[STATIONS] = {0};
    Queue queues[STATIONS];
    for (int i = 0; i < STATIONS; i++) queues[i] = (Queue){malloc(64 * sizeof(Job)), 0, 0, 63};
    seed_with(argc > 2 ? strtoull(argv[2], NULL, 10) : 0);
    clock_t start = clock();
    push(exponential(0.8), ARRIVAL);
    while (size) {
        Event event = pop();
        if (event.time >= horizon) break;
        now = event.time;
        int to = 0;
        Job job = {now, now};
        if (event.kind == ARRIVAL) {
            push(now + exponential(0.8), ARRIVAL);
        } else {
            /* A service is over: the next in the queue begins, and this job goes on. */
            Queue *q = &queues[event.kind];
            job = q->jobs[q->head++ & q->mask];
            done++;
            to = event.kind + 1;
            if (length(q)) {
                waited[event.kind] += now - q->jobs[q->head & q->mask].arrived;
                begun[event.kind]++;
                push(now + exponential(1.0), event.kind);
            }
        }
        if (to == STATIONS) { in_system += now - job.came; left++; continue; }
        job.arrived = now;
        append(&queues[to], job);
        if (length(&queues[to]) == 1) { begun[to]++; push(now + exponential(1.0), to); }
    }
    double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
    printf("%llu %.9f %.6f %.6f %.6f %.6f\n", (unsigned long long)done, seconds, waited[0] / begun[0],
           waited[1] / begun[1], waited[2] / begun[2], in_system / left);
    return 0;
}

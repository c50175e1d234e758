/* Which events a socket has got: each is new, double, or comes behind a later one; the rest is missing. */
#ifndef COUNTERS_H
#define COUNTERS_H

#include <stdbool.h>
#include <stdint.h>

/* So many events one process of the load generator can tell apart. */
#define MOST_EVENTS (1u << 20)

typedef struct {
    /* Everything below has come or is marked as missing. */
    uint32_t next;
    /* A bit for each event that was passed over; none is kept for a socket that never missed any. */
    uint64_t *missing;
} Counters;

typedef enum { IS_NEW, IS_LATE, IS_DOUBLE } Arrival;

Arrival counters_note(Counters *counters, uint32_t event);
/* How many of the events from `first` up to and without `end` have not come. */
uint64_t counters_missing(const Counters *counters, uint32_t first, uint32_t end);
/* As that, but only what a later event has overtaken. */
uint64_t counters_overtaken(const Counters *counters, uint32_t first);

#endif

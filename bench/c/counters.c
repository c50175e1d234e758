#include "counters.h"

#include <stdlib.h>

static void mark_missing(Counters *counters, uint32_t first, uint32_t end) {
    if (first < end && !counters->missing) counters->missing = calloc(MOST_EVENTS / 64, sizeof(uint64_t));
    for (uint32_t event = first; event < end; event++) counters->missing[event / 64] |= 1ULL << (event % 64);
}

Arrival counters_note(Counters *counters, uint32_t event) {
    if (event >= counters->next) {
        mark_missing(counters, counters->next, event);
        counters->next = event + 1;
        return IS_NEW;
    }
    uint64_t bit = 1ULL << (event % 64);
    if (!counters->missing || !(counters->missing[event / 64] & bit)) return IS_DOUBLE;
    counters->missing[event / 64] &= ~bit;
    return IS_LATE;
}

uint64_t counters_overtaken(const Counters *counters, uint32_t first) {
    uint64_t count = 0;
    if (!counters->missing) return 0;
    for (uint32_t event = first; event < counters->next; event++)
        count += counters->missing[event / 64] >> (event % 64) & 1;
    return count;
}

uint64_t counters_missing(const Counters *counters, uint32_t first, uint32_t end) {
    uint32_t from = counters->next > first ? counters->next : first;
    return counters_overtaken(counters, first) + (end > from ? end - from : 0);
}

#include "tally.h"

#include <stdlib.h>

static void mark_missing(Tally *tally, uint32_t first, uint32_t end) {
    if (first < end && !tally->missing) tally->missing = calloc(MOST_EVENTS / 64, sizeof(uint64_t));
    for (uint32_t event = first; event < end; event++) tally->missing[event / 64] |= 1ULL << (event % 64);
}

Arrival tally_note(Tally *tally, uint32_t event) {
    if (event >= tally->next) {
        mark_missing(tally, tally->next, event);
        tally->next = event + 1;
        return IS_NEW;
    }
    uint64_t bit = 1ULL << (event % 64);
    if (!tally->missing || !(tally->missing[event / 64] & bit)) return IS_DOUBLE;
    tally->missing[event / 64] &= ~bit;
    return IS_LATE;
}

uint64_t tally_overtaken(const Tally *tally, uint32_t first) {
    uint64_t count = 0;
    if (!tally->missing) return 0;
    for (uint32_t event = first; event < tally->next; event++)
        count += tally->missing[event / 64] >> (event % 64) & 1;
    return count;
}

uint64_t tally_missing(const Tally *tally, uint32_t first, uint32_t end) {
    uint32_t from = tally->next > first ? tally->next : first;
    return tally_overtaken(tally, first) + (end > from ? end - from : 0);
}

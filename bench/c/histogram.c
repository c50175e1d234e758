#include "histogram.h"

#include <string.h>

void histogram_clear(Histogram *histogram) { memset(histogram, 0, sizeof *histogram); }

/* Values below 64 have a bucket each; above, each power of two has 64. */
static unsigned bucket_of(uint64_t value) {
    if (value < HISTOGRAM_STEPS) return (unsigned)value;
    unsigned shift = 63 - (unsigned)__builtin_clzll(value) - 6;
    return (shift + 1) * HISTOGRAM_STEPS + (unsigned)(value >> shift) - HISTOGRAM_STEPS;
}

static double middle_of(unsigned bucket) {
    if (bucket < HISTOGRAM_STEPS) return bucket;
    unsigned shift = bucket / HISTOGRAM_STEPS - 1;
    uint64_t first = (uint64_t)(bucket % HISTOGRAM_STEPS + HISTOGRAM_STEPS) << shift;
    return (double)first + (double)(1ULL << shift) / 2;
}

void histogram_add(Histogram *histogram, int64_t nanoseconds) {
    if (nanoseconds < 0) nanoseconds = 0;
    histogram->counts[bucket_of((uint64_t)nanoseconds)]++;
    histogram->total++;
    if (nanoseconds > histogram->largest) histogram->largest = nanoseconds;
}

double histogram_ms(const Histogram *histogram, double part) {
    uint64_t wanted = (uint64_t)(part * (double)histogram->total), seen = 0;
    for (unsigned bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
        seen += histogram->counts[bucket];
        if (!seen || (seen <= wanted && seen < histogram->total)) continue;
        double middle = middle_of(bucket), largest = (double)histogram->largest;
        return (middle < largest ? middle : largest) / 1e6;
    }
    return 0;
}

/* How long things took, in buckets that are at most 1.6 % wide: a percentile costs no memory for each value. */
#ifndef HISTOGRAM_H
#define HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_STEPS 64
#define HISTOGRAM_BUCKETS (58 * HISTOGRAM_STEPS)

typedef struct {
    uint64_t counts[HISTOGRAM_BUCKETS];
    uint64_t total;
    int64_t largest;
} Histogram;

void histogram_clear(Histogram *histogram);
void histogram_add(Histogram *histogram, int64_t nanoseconds);
/* The middle of the bucket below which this part (0 to 1) of all values lies, in milliseconds. */
double histogram_ms(const Histogram *histogram, double part);

#endif

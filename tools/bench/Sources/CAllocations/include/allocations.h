#ifndef REFRACT_ALLOCATIONS_H
#define REFRACT_ALLOCATIONS_H

/// Counts what the whole process takes from the heap. glibc lets a program define malloc and its
/// like itself, for all libraries that it loads; those of this target count, and pass on to glibc's.

/// Calls that gave memory since the process began.
long refract_allocations(void);

/// Bytes in use now, as glibc rounded them.
long refract_heap_bytes(void);

/// The most bytes in use at once since the last `refract_reset_peak`.
long refract_heap_peak(void);

/// Starts the peak anew, from what is in use now.
void refract_reset_peak(void);

#endif

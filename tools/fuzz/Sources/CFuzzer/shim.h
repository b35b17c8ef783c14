#ifndef REFRACT_FUZZER_H
#define REFRACT_FUZZER_H

#include <stddef.h>
#include <stdint.h>

// libFuzzer's driver for programs that have a main of their own. The library comes with the compiler,
// which links it where it is told -sanitize=fuzzer, and has no header.
int LLVMFuzzerRunDriver(
    int *argc, char ***argv, int (*feed)(const uint8_t *bytes, size_t count));

#endif

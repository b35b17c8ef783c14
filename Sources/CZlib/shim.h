#pragma once
#include <zlib.h>

// inflateInit2 is a macro that adds the header's version and the struct's size; Swift sees no
// macros with arguments. 15 + 16 asks for a gzip wrapper and nothing else.
static inline int refract_inflate_init_gzip(z_stream *stream) {
  return inflateInit2(stream, 15 + 16);
}

/* Numbers are read and written with points whatever the locale of the program that the library is
 * part of. Each of the library's own doors, and each thread it starts, keeps to the C locale while
 * it works; the locale is the thread's alone, and is put back. */
#ifndef ND_BASE_LOCALE_H
#define ND_BASE_LOCALE_H

#include <locale.h>

/* Puts the calling thread into the C locale; the one it was in. */
locale_t nd_locale_enter(void);
/* Back into *before. */
void nd_locale_leave(const locale_t *before);

/* From here to the end of the block. */
#define ND_IN_C_LOCALE                                                                             \
    __attribute__((cleanup(nd_locale_leave), unused)) const locale_t before_c = nd_locale_enter()

#endif

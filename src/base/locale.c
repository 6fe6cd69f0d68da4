#include "base/locale.h"

#include <pthread.h>

static pthread_once_t made = PTHREAD_ONCE_INIT;
static locale_t c_locale;

static void make(void) {
    c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

locale_t nd_locale_enter(void) {
    pthread_once(&made, make);
    return c_locale ? uselocale(c_locale) : uselocale((locale_t)0);
}

void nd_locale_leave(const locale_t *before) {
    (void)uselocale(*before);
}

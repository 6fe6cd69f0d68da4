/* What every test needs: cmocka, reference data, close-enough comparisons. */
#ifndef ND_TESTS_SUPPORT_H
#define ND_TESTS_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "nulldrift.h"

/* The path of a file in tests/data, e.g. "golden/sgd.nc". */
const char *support_data(const char *name);

/* Recordings and published tables that are not in the repository lie in ../shared/reference beside
 * it (or $ND_SHARED/reference). Tests of them have programs of their own, test_*_shared.c, whose
 * main first names the folder they need: where it is absent the program ends as skipped, which
 * CTest counts. The path of a file in it, e.g. "figure2/dataset.nc", which must then be there. */
enum { SUPPORT_SKIPPED = 77 };
void support_need_reference(const char *folder);
const char *support_reference(const char *name);

/* A fresh temporary folder for the running test; removed by support_remove. */
char *support_folder(void);

/* All of a text file, at most 4 MB, to be freed; one that is empty or not there fails the test. */
char *support_text(const char *path);
void support_remove(char *folder);

/* Where `path` is as it is found now; the next call frees it. */
const struct nd_place *support_place(const char *path);

/* Fails the test, printing the error's line, unless `fine`. */
void assert_fine(bool fine, const nd_error *error);

/* Fails unless |actual - expected| <= tolerance * scale for all values, where scale is the largest
 * |expected| (at least `least_scale`); says where and by how much. NaN equals NaN. */
void assert_close(const char *what, const double *actual, const double *expected, size_t count,
                  double tolerance, double least_scale);

/* Fails unless low <= value <= high; says what it was. (cmocka's own comparison of ranges goes by
 * another name from release to release.) */
void assert_between(const char *what, double value, double low, double high);

#endif

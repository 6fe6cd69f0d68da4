/* Comparing run files variable by variable. */
#ifndef ND_TESTS_RUN_COMPARE_H
#define ND_TESTS_RUN_COMPARE_H

/* Fails the test unless both files hold the same variables, bit for bit (NaN equals NaN). */
void support_same_file(const char *path_a, const char *path_b);

#endif

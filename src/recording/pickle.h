/* Python's pickles, looked into without running them: a stack of plain values; whatever a pickle
 * names or calls stays a name and its arguments. Opcodes that are not needed for dictionaries,
 * lists, numbers, texts and NumPy's arrays are refused by name. The format: Python's pickletools,
 * protocols 0 (as PyTables writes attributes) and 2 to 5. */
#ifndef ND_RECORDING_PICKLE_H
#define ND_RECORDING_PICKLE_H

#include "base/memory.h"

typedef struct nd_pickle nd_pickle;

/* A value in a pickle, by its number there. */
typedef uint32_t nd_pickled;
enum { ND_PICKLED_NONE = UINT32_MAX };

/* Reads `length` bytes, which must outlive the pickle; `path` names them in errors. */
nd_pickle *nd_pickle_read(const unsigned char *bytes, size_t length, const char *path,
                          nd_error *error);
void nd_pickle_free(nd_pickle *pickle);

/* What was pickled; where that is a NumPy array of objects without dimensions, as np.save makes of
 * a dictionary, the object in it. */
nd_pickled nd_pickle_root(const nd_pickle *pickle);

/* The value that a dictionary has for a key; ND_PICKLED_NONE where there is none. */
nd_pickled nd_pickle_entry(const nd_pickle *pickle, nd_pickled dictionary, const char *key);

/* The numbers of a value: a number of Python or NumPy, an array, a list or tuple of numbers; None
 * is NaN. `rows` and `columns` are an array's shape, a list's length and 1. False, *values NULL and
 * no error where it is none of these; free *values. */
bool nd_pickle_numbers(const nd_pickle *pickle, nd_pickled value, double **values, size_t *rows,
                       size_t *columns, nd_error *error);

/* How many values a list or tuple has, 0 for all else; and one of them. */
size_t nd_pickle_parts(const nd_pickle *pickle, nd_pickled list);
nd_pickled nd_pickle_part(const nd_pickle *pickle, nd_pickled list, size_t index);

/* A text, cut to `size`; false where the value is none. */
bool nd_pickle_text(const nd_pickle *pickle, nd_pickled value, char *text, size_t size);

#endif

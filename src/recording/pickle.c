#include "recording/pickle.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "recording/raw_number.h"

/* Bounds on what a pickle may make us hold. */
enum { MOST_VALUES = 1 << 20, MOST_NUMBERS = 1 << 27 };

typedef enum value_kind {
    NOTHING, /* None */
    WHOLE,   /* and truths */
    REAL,
    BYTES, /* and texts: in the pickle's own bytes */
    LIST,  /* list, tuple, set */
    MAP,   /* key and value in turn */
    NAME,  /* module and name: BYTES, BYTES */
    MADE   /* what was called and its arguments; then its state, if one was given */
} value_kind;

typedef struct value {
    value_kind kind;
    int64_t whole;
    double real;
    const unsigned char *bytes;
    size_t length; /* of bytes */
    nd_pickled *part;
    size_t parts, room;
} value;

struct nd_pickle {
    const unsigned char *bytes;
    size_t length, at;
    const char *path;
    value *list;
    size_t count, room;
    nd_pickled *stack;
    size_t depth, stack_room;
    size_t *mark; /* depths of the stack */
    size_t marks, marks_room;
    nd_pickled *memo;
    size_t memos, memo_room;
    nd_pickled root;
};

/* --- bytes --- */

static bool cut_short(const nd_pickle *p, nd_error *error) {
    return nd_fail(error, p->path, "copy it again", "its pickle ends too early");
}

static bool damaged(const nd_pickle *p, const char *what, nd_error *error) {
    return nd_fail(error, p->path, "save it again with np.save", "its pickle is damaged: %s", what);
}

/* The next `count` bytes, at most 8, as a number, the least first. */
static bool take_count(nd_pickle *p, size_t count, uint64_t *number, nd_error *error) {
    if (p->length - p->at < count)
        return cut_short(p, error);
    *number = 0;
    for (size_t i = 0; i < count; i++)
        *number |= (uint64_t)p->bytes[p->at + i] << 8 * i;
    p->at += count;
    return true;
}

/* The text of a line, up to its end. */
static bool take_line(nd_pickle *p, const unsigned char **text, size_t *length, nd_error *error) {
    const unsigned char *end = memchr(p->bytes + p->at, '\n', p->length - p->at);
    if (!end)
        return cut_short(p, error);
    *text = p->bytes + p->at;
    *length = (size_t)(end - *text);
    p->at += *length + 1;
    return true;
}

/* --- values --- */

static value *add(nd_pickle *p, value_kind kind, nd_error *error) {
    if (p->count == MOST_VALUES) {
        nd_fail(error, p->path, "", "its pickle holds more than %d values", MOST_VALUES);
        return NULL;
    }
    value *list = nd_grown(p->list, &p->room, p->count + 1, sizeof *list, error);
    nd_pickled *stack =
        list ? nd_grown(p->stack, &p->stack_room, p->depth + 1, sizeof *stack, error) : NULL;
    p->list = list ? list : p->list;
    if (!stack)
        return NULL;
    p->stack = stack;
    p->stack[p->depth++] = (nd_pickled)p->count;
    value *made = &p->list[p->count++];
    *made = (value){.kind = kind};
    return made;
}

static bool push(nd_pickle *p, nd_pickled which, nd_error *error) {
    nd_pickled *stack = nd_grown(p->stack, &p->stack_room, p->depth + 1, sizeof *stack, error);
    if (!stack)
        return false;
    p->stack = stack;
    p->stack[p->depth++] = which;
    return true;
}

static bool add_part(value *whole, nd_pickled part, nd_error *error) {
    nd_pickled *parts = nd_grown(whole->part, &whole->room, whole->parts + 1, sizeof *parts, error);
    if (!parts)
        return false;
    whole->part = parts;
    whole->part[whole->parts++] = part;
    return true;
}

/* The lowest depth that may be taken from: below it lies what a mark protects. */
static size_t floor_of(const nd_pickle *p) {
    return p->marks ? p->mark[p->marks - 1] : 0;
}

static bool has(const nd_pickle *p, size_t values, nd_error *error) {
    return p->depth - floor_of(p) >= values || damaged(p, "its stack is empty", error);
}

/* The values above the last mark become parts of what lies `below` it, or of a new list. */
static bool gather(nd_pickle *p, bool into_new, value_kind kind, nd_error *error) {
    if (p->marks == 0)
        return damaged(p, "a mark is missing", error);
    size_t from = p->mark[--p->marks], to = p->depth;
    if (!into_new && from == floor_of(p))
        return damaged(p, "its stack is empty", error);
    if (into_new && !add(p, kind, error))
        return false;
    nd_pickled whole = into_new ? (nd_pickled)(p->count - 1) : p->stack[from - 1];
    for (size_t i = from; i < to; i++)
        if (!add_part(&p->list[whole], p->stack[i], error))
            return false;
    p->depth = from;
    return !into_new || push(p, whole, error);
}

/* The last `parts` values become parts of a new one. */
static bool gather_last(nd_pickle *p, value_kind kind, size_t parts, nd_error *error) {
    if (!has(p, parts, error))
        return false;
    size_t from = p->depth - parts;
    if (!add(p, kind, error))
        return false;
    nd_pickled whole = (nd_pickled)(p->count - 1);
    for (size_t i = 0; i < parts; i++)
        if (!add_part(&p->list[whole], p->stack[from + i], error))
            return false;
    p->depth = from;
    return push(p, whole, error);
}

/* The last `parts` values become parts of what lies below them. */
static bool give(nd_pickle *p, size_t parts, nd_error *error) {
    if (!p->stack)
        return damaged(p, "its stack is empty", error);
    if (!has(p, parts + 1, error))
        return false;
    p->depth -= parts;
    value *whole = &p->list[p->stack[p->depth - 1]];
    for (size_t i = 0; i < parts; i++)
        if (!add_part(whole, p->stack[p->depth + i], error))
            return false;
    return true;
}

static bool add_bytes(nd_pickle *p, size_t digits, nd_error *error) {
    uint64_t length = 0;
    if (!take_count(p, digits, &length, error))
        return false;
    if (length > p->length - p->at)
        return cut_short(p, error);
    value *text = add(p, BYTES, error);
    if (!text)
        return false;
    text->bytes = p->bytes + p->at;
    text->length = length;
    p->at += length;
    return true;
}

static bool add_whole(nd_pickle *p, int64_t number, nd_error *error) {
    value *made = add(p, WHOLE, error);
    if (made)
        made->whole = number;
    return made != NULL;
}

/* A whole number of `size` bytes with a sign; longer ones than 8 are kept as nothing. */
static bool add_long(nd_pickle *p, uint64_t size, nd_error *error) {
    uint64_t number = 0;
    if (size > p->length - p->at)
        return cut_short(p, error);
    if (size > 8) {
        p->at += size;
        return add(p, NOTHING, error) != NULL;
    }
    if (!take_count(p, (size_t)size, &number, error))
        return false;
    if (size > 0 && size < 8 && number >> (8 * size - 1))
        number |= ~(uint64_t)0 << 8 * size;
    return add_whole(p, (int64_t)number, error);
}

static bool add_real(nd_pickle *p, nd_error *error) {
    uint64_t bits = 0;
    if (p->length - p->at < 8)
        return cut_short(p, error);
    for (size_t i = 0; i < 8; i++)
        bits = bits << 8 | p->bytes[p->at++];
    value *made = add(p, REAL, error);
    if (made)
        memcpy(&made->real, &bits, sizeof bits);
    return made != NULL;
}

static bool add_name(nd_pickle *p, nd_error *error) {
    const unsigned char *text[2] = {NULL, NULL};
    size_t length[2] = {0, 0};
    for (size_t i = 0; i < 2; i++) {
        if (!take_line(p, &text[i], &length[i], error))
            return false;
        value *word = add(p, BYTES, error);
        if (!word)
            return false;
        word->bytes = text[i];
        word->length = length[i];
    }
    return gather_last(p, NAME, 2, error);
}

/* Numbers in digits, as protocol 0 has them: 5, 5L, 01 (true), 2.5. */
static bool add_digits(nd_pickle *p, bool real, nd_error *error) {
    const unsigned char *line = NULL;
    size_t length = 0;
    char digits[64], *end;
    if (!take_line(p, &line, &length, error))
        return false;
    if (length == 0 || length >= sizeof digits)
        return damaged(p, "a number that is none", error);
    memcpy(digits, line, length);
    digits[length] = '\0';
    if (!real)
        return add_whole(p, strtoll(digits, NULL, 10), error);
    value *made = add(p, REAL, error);
    if (made)
        made->real = strtod(digits, &end);
    return made != NULL;
}

/* A text up to the end of its line; in quotes, where it is of Python 2. */
static bool add_line(nd_pickle *p, bool quoted, nd_error *error) {
    const unsigned char *line = NULL;
    size_t length = 0;
    if (!take_line(p, &line, &length, error))
        return false;
    bool quotes = quoted && length >= 2 && line[0] == line[length - 1];
    value *made = add(p, BYTES, error);
    if (made) {
        made->bytes = line + quotes;
        made->length = length - 2 * (size_t)quotes;
    }
    return made != NULL;
}

/* A place in the memo, in digits. */
static bool line_place(nd_pickle *p, bool (*with)(nd_pickle *, uint64_t, nd_error *),
                       nd_error *error) {
    const unsigned char *line = NULL;
    size_t length = 0;
    uint64_t place = 0;
    if (!take_line(p, &line, &length, error))
        return false;
    for (size_t i = 0; i < length && i < 12; i++) {
        if (line[i] < '0' || line[i] > '9')
            return damaged(p, "a memo that is not there", error);
        place = 10 * place + (uint64_t)(line[i] - '0');
    }
    return with(p, place, error);
}

/* --- memo --- */

static bool keep(nd_pickle *p, uint64_t place, nd_error *error) {
    if (place > MOST_VALUES)
        return damaged(p, "a memo beyond all bounds", error);
    if (!has(p, 1, error))
        return false;
    if (place >= p->memos) {
        nd_pickled *memo = nd_grown(p->memo, &p->memo_room, (size_t)place + 1, sizeof *memo, error);
        if (!memo)
            return false;
        p->memo = memo;
        for (; p->memos <= place; p->memos++)
            p->memo[p->memos] = ND_PICKLED_NONE;
    }
    p->memo[place] = p->stack[p->depth - 1];
    return true;
}

static bool recall(nd_pickle *p, uint64_t place, nd_error *error) {
    if (place >= p->memos || p->memo[place] == ND_PICKLED_NONE)
        return damaged(p, "a memo that is not there", error);
    return push(p, p->memo[place], error);
}

/* --- opcodes --- */

static bool set_mark(nd_pickle *p, nd_error *error) {
    size_t *mark = nd_grown(p->mark, &p->marks_room, p->marks + 1, sizeof *mark, error);
    if (!mark)
        return false;
    p->mark = mark;
    p->mark[p->marks++] = p->depth;
    return true;
}

static bool refuse(const nd_pickle *p, unsigned char opcode, nd_error *error) {
    static const char mend[] = "save the numbers themselves with np.save";
    if (opcode > 32 && opcode < 127)
        return nd_fail(error, p->path, mend,
                       "its pickle asks for more than plain values: opcode '%c' is not followed",
                       opcode);
    return nd_fail(error, p->path, mend,
                   "its pickle asks for more than plain values: opcode 0x%02x is not followed",
                   opcode);
}

/* Opcodes whose argument is a number of `size` bytes. */
static bool counted(nd_pickle *p, size_t size, bool (*with)(nd_pickle *, uint64_t, nd_error *),
                    nd_error *error) {
    uint64_t number = 0;
    return take_count(p, size, &number, error) && with(p, number, error);
}

static bool skip(nd_pickle *p, uint64_t number, nd_error *error) {
    (void)p, (void)number, (void)error;
    return true;
}

static bool add_count(nd_pickle *p, uint64_t number, nd_error *error) {
    return add_whole(p, (int64_t)number, error);
}

static bool add_signed(nd_pickle *p, uint64_t number, nd_error *error) {
    return add_whole(p, (int32_t)(uint32_t)number, error);
}

/* One step; false at an error, or at the end, where *done is true. */
static bool step(nd_pickle *p, bool *done, nd_error *error) {
    unsigned char opcode = p->bytes[p->at++];
    switch (opcode) {
    case '.': /* STOP */
        *done = true;
        return false;
    case 0x80: /* PROTO */
        return counted(p, 1, skip, error);
    case 0x95: /* FRAME */
        return counted(p, 8, skip, error);
    case '(': /* MARK */
        return set_mark(p, error);
    case '0': /* POP */
        return has(p, 1, error) && p->depth-- > 0;
    case '1': /* POP_MARK */
        if (p->marks == 0)
            return damaged(p, "a mark is missing", error);
        p->depth = p->mark[--p->marks];
        return true;
    case 'N': /* NONE */
        return add(p, NOTHING, error) != NULL;
    case 0x88: /* NEWTRUE, NEWFALSE */
    case 0x89:
        return add_whole(p, opcode == 0x88, error);
    case 'J': /* BININT, BININT1, BININT2 */
        return counted(p, 4, add_signed, error);
    case 'K':
        return counted(p, 1, add_count, error);
    case 'M':
        return counted(p, 2, add_count, error);
    case 0x8a: /* LONG1, LONG4 */
        return counted(p, 1, add_long, error);
    case 0x8b:
        return counted(p, 4, add_long, error);
    case 'G': /* BINFLOAT */
        return add_real(p, error);
    case 'I': /* INT, LONG, FLOAT, UNICODE, STRING, LIST, DICT, PUT, GET: protocol 0 */
    case 'L':
    case 'F':
        return add_digits(p, opcode == 'F', error);
    case 'V':
    case 'S':
        return add_line(p, opcode == 'S', error);
    case 'l':
    case 'd':
        return gather(p, true, opcode == 'l' ? LIST : MAP, error);
    case 'p':
        return line_place(p, keep, error);
    case 'g':
        return line_place(p, recall, error);
    case 0x8c: /* SHORT_BINUNICODE, SHORT_BINSTRING, SHORT_BINBYTES */
    case 'U':
    case 'C':
        return add_bytes(p, 1, error);
    case 'X': /* BINUNICODE, BINSTRING, BINBYTES */
    case 'T':
    case 'B':
        return add_bytes(p, 4, error);
    case 0x8d: /* BINUNICODE8, BINBYTES8, BYTEARRAY8 */
    case 0x8e:
    case 0x96:
        return add_bytes(p, 8, error);
    case '}': /* EMPTY_DICT */
        return add(p, MAP, error) != NULL;
    case ']': /* EMPTY_LIST, EMPTY_TUPLE, EMPTY_SET */
    case ')':
    case 0x8f:
        return add(p, LIST, error) != NULL;
    case 0x85: /* TUPLE1 to TUPLE3, TUPLE, FROZENSET */
    case 0x86:
    case 0x87:
        return gather_last(p, LIST, opcode - 0x84u, error);
    case 't':
    case 0x91:
        return gather(p, true, LIST, error);
    case 'a': /* APPEND, APPENDS, ADDITEMS, SETITEM, SETITEMS */
        return give(p, 1, error);
    case 's':
        return give(p, 2, error);
    case 'e':
    case 0x90:
    case 'u':
        return gather(p, false, LIST, error);
    case 'q': /* BINPUT, LONG_BINPUT, MEMOIZE, BINGET, LONG_BINGET */
        return counted(p, 1, keep, error);
    case 'r':
        return counted(p, 4, keep, error);
    case 0x94:
        return keep(p, p->memos, error);
    case 'h':
        return counted(p, 1, recall, error);
    case 'j':
        return counted(p, 4, recall, error);
    case 'c': /* GLOBAL, STACK_GLOBAL: a name, and no more */
        return add_name(p, error);
    case 0x93:
        return gather_last(p, NAME, 2, error);
    case 'R': /* REDUCE, NEWOBJ: what would be called, and with what */
    case 0x81:
        return gather_last(p, MADE, 2, error);
    case 'b': /* BUILD: its state */
        return give(p, 1, error);
    default:
        return refuse(p, opcode, error);
    }
}

nd_pickle *nd_pickle_read(const unsigned char *bytes, size_t length, const char *path,
                          nd_error *error) {
    nd_pickle *p = nd_array(1, sizeof *p, error);
    if (!p)
        return NULL;
    *p = (nd_pickle){.bytes = bytes, .length = length, .path = path};
    bool done = false, fine = true;
    while (fine && !done) {
        fine = p->at < p->length || cut_short(p, error);
        fine = fine && (step(p, &done, error) || done);
    }
    if (fine && p->depth == 0)
        fine = damaged(p, "it holds nothing", error);
    if (!fine) {
        nd_pickle_free(p);
        return NULL;
    }
    p->root = p->stack[p->depth - 1];
    return p;
}

void nd_pickle_free(nd_pickle *pickle) {
    if (!pickle)
        return;
    for (size_t i = 0; i < pickle->count; i++)
        free(pickle->list[i].part);
    free(pickle->list);
    free(pickle->stack);
    free(pickle->mark);
    free(pickle->memo);
    free(pickle);
}

/* --- what the values mean --- */

static bool is_text(const value *v, const char *text) {
    return v->kind == BYTES && v->length == strlen(text) && memcmp(v->bytes, text, v->length) == 0;
}

/* Part `index` of a value of that kind; NULL where there is none. */
static const value *part_of(const nd_pickle *p, const value *v, value_kind kind, size_t index) {
    return v && v->kind == kind && index < v->parts ? &p->list[v->part[index]] : NULL;
}

/* Was it made by calling `name` of NumPy? */
static bool made_by(const nd_pickle *p, const value *v, const char *name) {
    const value *callee = part_of(p, v, MADE, 0);
    const value *module = part_of(p, callee, NAME, 0), *word = part_of(p, callee, NAME, 1);
    return module && word && module->kind == BYTES && module->length >= 5 &&
           memcmp(module->bytes, "numpy", 5) == 0 && is_text(word, name);
}

/* A NumPy type: what kind of number, of how many bytes, and in which order. */
typedef struct number_type {
    char kind;
    size_t size;
    bool swapped;
} number_type;

static bool type_of(const nd_pickle *p, const value *v, number_type *type) {
    const value *name = part_of(p, part_of(p, v, MADE, 1), LIST, 0);
    const value *order = part_of(p, part_of(p, v, MADE, 2), LIST, 1);
    if (!made_by(p, v, "dtype") || !name || name->kind != BYTES || name->length != 2)
        return false;
    type->kind = (char)name->bytes[0];
    type->size = (size_t)(name->bytes[1] - '0');
    type->swapped = order && (is_text(order, ">")
                                  ? __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
                                  : is_text(order, "<") && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
    return nd_raw_number_known(type->kind, type->size);
}

/* A number of Python's or NumPy's own. */
static bool one_number(const nd_pickle *p, const value *v, double *number) {
    number_type type;
    const value *of = part_of(p, v, MADE, 1);
    const value *kind = part_of(p, of, LIST, 0), *bytes = part_of(p, of, LIST, 1);
    *number = NAN;
    if (v->kind == WHOLE)
        *number = (double)v->whole;
    else if (v->kind == REAL)
        *number = v->real;
    else if (kind && bytes && bytes->kind == BYTES && made_by(p, v, "scalar") &&
             type_of(p, kind, &type) && bytes->length == type.size)
        *number = nd_raw_number(type.kind, type.size, type.swapped, bytes->bytes);
    else
        return v->kind == NOTHING;
    return true;
}

/* The state of a NumPy array: its shape, type, order and numbers or objects. */
typedef struct array {
    size_t rows, columns, count;
    const value *type, *data;
    bool fortran;
} array;

static bool array_of(const nd_pickle *p, const value *v, array *a) {
    const value *state = part_of(p, v, MADE, 2), *shape = part_of(p, state, LIST, 1);
    const value *fortran = part_of(p, state, LIST, 3);
    a->type = part_of(p, state, LIST, 2);
    a->data = part_of(p, state, LIST, 4);
    if (!made_by(p, v, "_reconstruct") || !shape || shape->kind != LIST || shape->parts > 2 ||
        !fortran || !a->data)
        return false;
    a->fortran = fortran->kind == WHOLE && fortran->whole;
    a->rows = a->columns = 1;
    for (size_t d = 0; d < shape->parts; d++) {
        const value *extent = &p->list[shape->part[d]];
        if (extent->kind != WHOLE || extent->whole < 0 || extent->whole > MOST_NUMBERS)
            return false;
        *(d ? &a->columns : &a->rows) = (size_t)extent->whole;
    }
    return !__builtin_mul_overflow(a->rows, a->columns, &a->count) && a->count <= MOST_NUMBERS;
}

static bool fill_array(const nd_pickle *p, const array *a, double *values) {
    number_type type;
    bool objects = a->data->kind == LIST && a->data->parts == a->count;
    bool numbers = a->data->kind == BYTES && type_of(p, a->type, &type) &&
                   a->data->length == a->count * type.size;
    bool fine = objects || numbers;
    for (size_t i = 0; fine && i < a->count; i++) {
        size_t to = a->fortran ? i % a->rows * a->columns + i / a->rows : i;
        if (numbers)
            values[to] =
                nd_raw_number(type.kind, type.size, type.swapped, a->data->bytes + i * type.size);
        else
            fine = one_number(p, &p->list[a->data->part[i]], &values[to]);
    }
    return fine;
}

nd_pickled nd_pickle_root(const nd_pickle *pickle) {
    array a;
    const value *root = &pickle->list[pickle->root];
    bool wrapped = array_of(pickle, root, &a) && a.count == 1 && a.data->kind == LIST &&
                   a.data->parts == 1 && pickle->list[a.data->part[0]].kind == MAP;
    return wrapped ? a.data->part[0] : pickle->root;
}

nd_pickled nd_pickle_entry(const nd_pickle *pickle, nd_pickled dictionary, const char *key) {
    const value *map = &pickle->list[dictionary];
    nd_pickled found = ND_PICKLED_NONE;
    for (size_t i = 0; map->kind == MAP && i + 1 < map->parts; i += 2)
        if (is_text(&pickle->list[map->part[i]], key))
            found = map->part[i + 1]; /* the last that was set */
    return found;
}

bool nd_pickle_numbers(const nd_pickle *pickle, nd_pickled which, double **values, size_t *rows,
                       size_t *columns, nd_error *error) {
    double one;
    array a;
    const value *v = &pickle->list[which];
    bool single = v->kind != NOTHING && one_number(pickle, v, &one);
    bool list = v->kind == LIST, whole = !single && !list && array_of(pickle, v, &a);
    *values = NULL;
    if (!single && !list && !whole)
        return false;
    *rows = whole ? a.rows : list ? v->parts : 1;
    *columns = whole ? a.columns : 1;
    *values = nd_doubles(*rows * *columns, error);
    bool fine = *values != NULL;
    if (fine && single)
        **values = one;
    for (size_t i = 0; fine && list && i < v->parts; i++)
        fine = one_number(pickle, &pickle->list[v->part[i]], &(*values)[i]);
    if (fine && whole)
        fine = fill_array(pickle, &a, *values);
    if (!fine) {
        free(*values);
        *values = NULL;
    }
    return fine;
}

size_t nd_pickle_parts(const nd_pickle *pickle, nd_pickled list) {
    const value *v = &pickle->list[list];
    return v->kind == LIST ? v->parts : 0;
}

nd_pickled nd_pickle_part(const nd_pickle *pickle, nd_pickled list, size_t index) {
    return pickle->list[list].part[index];
}

bool nd_pickle_text(const nd_pickle *pickle, nd_pickled which, char *text, size_t size) {
    const value *v = &pickle->list[which];
    size_t length = v->kind == BYTES ? v->length : 0;
    length = length < size ? length : size - 1;
    if (length > 0)
        memcpy(text, v->bytes, length);
    text[length] = '\0';
    return v->kind == BYTES;
}

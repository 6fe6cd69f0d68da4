/* What a power cut leaves: a folder after the first CUT entries of a log (faults.h), where what was
 * not yet made durable is lost.
 *     rebuild LOG ROOT BEFORE OUT CUT all|none|SEED
 * BEFORE is a copy of the folder ROOT before the command; OUT is made. Of the writes to a file
 * since its last fsync all are there, or none, or a random half by SEED; of the changes of a
 * folder's names since its last fsync all, or none, or a random number of the first. Prints how
 * many entries the log has. A file's fsync makes its content durable, not its name: the strictest
 * reading. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "faults.h"

enum { MOST = 4096, MOST_CHANGES = 65536 };

typedef struct change {
    char what; /* 'w' or 't' */
    uint64_t at, length;
    const char *bytes;
} change;

typedef struct file {
    char *bytes; /* durable */
    uint64_t length;
    change *pending;
    size_t pendings;
} file;

typedef struct name {
    char path[1024];
    file *file; /* NULL: a folder */
} name;

typedef struct names {
    name list[MOST];
    size_t count;
} names;

typedef struct operation { /* on a name */
    char what;             /* 'c', 'r', 'l', 'u', 'm', 'd' */
    char path[1024], to[1024];
    file *file;
    int durable;
} operation;

static names now, left;
static operation *operations;
static size_t operation_count;
static struct {
    uint64_t inode;
    file *file;
} inodes[MOST];
static size_t inode_count;

static void *more(size_t size) {
    void *memory = calloc(1, size ? size : 1);
    if (!memory)
        exit(1);
    return memory;
}

static name *find(names *all, const char *path) {
    for (size_t i = 0; i < all->count; i++)
        if (strcmp(all->list[i].path, path) == 0)
            return &all->list[i];
    return NULL;
}

static void drop(names *all, const char *path) {
    name *one = find(all, path);
    if (one)
        *one = all->list[--all->count];
}

static void put(names *all, const char *path, file *of) {
    drop(all, path);
    snprintf(all->list[all->count].path, sizeof all->list->path, "%s", path);
    all->list[all->count++].file = of;
}

static void folder_of(const char *path, char folder[1024]) {
    snprintf(folder, 1024, "%s", path);
    char *slash = strrchr(folder, '/');
    if (slash)
        *slash = '\0';
}

/* Where its folder is not there, nothing happens. */
static void carry_out(names *all, const operation *o) {
    char folder[1024];
    name *one = find(all, o->path);
    folder_of(o->what == 'r' || o->what == 'l' ? o->to : o->path, folder);
    if (!find(all, folder))
        return;
    if (o->what == 'c' || o->what == 'm') {
        put(all, o->path, o->file);
    } else if ((o->what == 'r' || o->what == 'l') && one) {
        file *of = one->file;
        if (o->what == 'r')
            drop(all, o->path);
        put(all, o->to, of);
    } else if (o->what == 'u' || o->what == 'd') {
        drop(all, o->path);
    }
}

static void apply(file *to, const change *one) {
    uint64_t end = one->what == 't' ? one->at : one->at + one->length;
    if (one->what == 't' || end > to->length) {
        char *bytes = more(end);
        memcpy(bytes, to->bytes ? to->bytes : "", end < to->length ? end : to->length);
        free(to->bytes);
        to->bytes = bytes;
        to->length = end;
    }
    if (one->what == 'w')
        memcpy(to->bytes + one->at, one->bytes, one->length);
}

static file *read_file(const char *path) {
    struct stat about;
    file *of = more(sizeof *of);
    int id = open(path, O_RDONLY);
    if (id < 0 || fstat(id, &about) != 0)
        exit(1);
    of->bytes = more((size_t)about.st_size);
    of->length = (uint64_t)read(id, of->bytes, (size_t)about.st_size);
    close(id);
    return of;
}

/* All below `from`, as what is below `root`. */
static void take_before(const char *from, const char *root) {
    DIR *entries = opendir(from);
    put(&now, root, NULL);
    for (struct dirent *entry; entries && (entry = readdir(entries));) {
        char path[1024], named[1024];
        struct stat about;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        snprintf(path, sizeof path, "%.500s/%s", from, entry->d_name);
        snprintf(named, sizeof named, "%.500s/%s", root, entry->d_name);
        if (stat(path, &about) == 0 && S_ISDIR(about.st_mode))
            take_before(path, named);
        else
            put(&now, named, read_file(path));
    }
    if (entries)
        closedir(entries);
}

static void bind(uint64_t inode, file *of) {
    for (size_t i = 0; i < inode_count; i++)
        if (inodes[i].inode == inode) {
            inodes[i].file = of;
            return;
        }
    inodes[inode_count].inode = inode;
    inodes[inode_count++].file = of;
}

static file *bound(uint64_t inode) {
    for (size_t i = 0; i < inode_count; i++)
        if (inodes[i].inode == inode)
            return inodes[i].file;
    return NULL;
}

static void take(const fault_entry *entry, const char *path, const char *to, const char *bytes) {
    file *of = bound(entry->file);
    if (entry->what == 'o') {
        name *one = find(&now, path);
        if (one)
            bind(entry->file, one->file);
    } else if ((entry->what == 'w' || entry->what == 't') && of) {
        if (of->pendings % 64 == 0)
            of->pending = realloc(of->pending, (of->pendings + 64) * sizeof *of->pending);
        of->pending[of->pendings++] = (change){entry->what, entry->at, entry->bytes, bytes};
    } else if (entry->what == 's' && of) {
        for (size_t i = 0; i < of->pendings; i++)
            apply(of, &of->pending[i]);
        of->pendings = 0;
    } else if (entry->what == 'S') {
        for (size_t i = 0; i < operation_count; i++) {
            char folder[1024];
            operation *o = &operations[i];
            folder_of(o->what == 'r' || o->what == 'l' ? o->to : o->path, folder);
            if (strcmp(folder, path) == 0)
                o->durable = 1;
        }
    } else if (strchr("crlumd", entry->what)) {
        operation *o = &operations[operation_count++];
        *o = (operation){.what = entry->what};
        snprintf(o->path, sizeof o->path, "%s", path);
        snprintf(o->to, sizeof o->to, "%s", to);
        if (entry->what == 'c') {
            o->file = more(sizeof(file));
            bind(entry->file, o->file);
        }
        carry_out(&now, o);
    }
}

static void write_out(const char *root, const char *out) {
    /* shorter paths first: folders before what is in them */
    for (size_t length = strlen(root); length < 1024; length++)
        for (size_t i = 0; i < left.count; i++) {
            char path[2048];
            const name *one = &left.list[i];
            if (strlen(one->path) != length)
                continue;
            snprintf(path, sizeof path, "%s%s", out, one->path + strlen(root));
            if (!one->file) {
                if (mkdir(path, 0777) != 0 && errno != EEXIST)
                    exit(1);
                continue;
            }
            FILE *to = fopen(path, "wb");
            if (!to || fwrite(one->file->bytes, 1, one->file->length, to) != one->file->length ||
                fclose(to) != 0)
                exit(1);
        }
}

int main(int count, char **words) {
    if (count != 7)
        return 2;
    const char *root = words[2], *how = words[6];
    size_t cut = strtoul(words[5], NULL, 10), entries = 0;
    int all = strcmp(how, "all") == 0, none = strcmp(how, "none") == 0;
    operations = more(MOST_CHANGES * sizeof *operations);
    take_before(words[3], root);
    left = now;
    file *log = read_file(words[1]);
    for (uint64_t at = 0; at + sizeof(fault_entry) <= log->length; entries++) {
        fault_entry entry;
        char path[1024], to[1024];
        memcpy(&entry, log->bytes + at, sizeof entry);
        at += sizeof entry;
        snprintf(path, sizeof path, "%.*s", (int)entry.path, log->bytes + at);
        at += entry.path;
        snprintf(to, sizeof to, "%.*s", (int)entry.to, log->bytes + at);
        at += entry.to;
        if (entries < cut)
            take(&entry, path, to, log->bytes + at);
        at += entry.bytes;
    }
    srandom((unsigned)strtoul(how, NULL, 10));
    size_t loose = 0, kept;
    for (size_t i = 0; i < operation_count; i++)
        loose += !operations[i].durable;
    kept = all ? loose : none ? 0 : (size_t)random() % (loose + 1);
    for (size_t i = 0; i < operation_count; i++) {
        if (operations[i].durable || kept > 0)
            carry_out(&left, &operations[i]);
        if (!operations[i].durable && kept > 0)
            kept--;
    }
    for (size_t i = 0; i < left.count; i++) {
        file *of = left.list[i].file;
        for (size_t k = 0; of && k < of->pendings; k++)
            if (all || (!none && random() % 2))
                apply(of, &of->pending[k]);
        if (of)
            of->pendings = 0;
    }
    write_out(root, words[4]);
    printf("%zu\n", entries);
    return 0;
}

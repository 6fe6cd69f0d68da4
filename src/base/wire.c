#include "base/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

nd_greeting nd_greeting_of_ours(void) {
    nd_greeting ours = {.sizes = sizeof(void *) << 48 | sizeof(long double) << 32 |
                                 sizeof(nd_wire) << 16 | sizeof(nd_error)};
    snprintf(ours.name, sizeof ours.name, "nulldrift-reader");
    snprintf(ours.version, sizeof ours.version, "%s", nd_version());
    return ours;
}

bool nd_write_all(int file, const void *bytes, size_t length) {
    const char *at = bytes;
    while (length > 0) {
        ssize_t written = write(file, at, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        at += written;
        length -= (size_t)written;
    }
    return true;
}

bool nd_two_ways(int ends[2]) {
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
        return false;
    for (int i = 0; i < 2; i++)
        (void)fcntl(ends[i], F_SETFD, FD_CLOEXEC);
    return true;
}

bool nd_send_all(int socket, const void *bytes, size_t length) {
    const char *at = bytes;
    while (length > 0) {
        ssize_t sent = send(socket, at, length, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return false;
        at += sent;
        length -= (size_t)sent;
    }
    return true;
}

bool nd_read_all(int file, void *bytes, size_t length) {
    char *at = bytes;
    while (length > 0) {
        ssize_t got = read(file, at, length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        at += got;
        length -= (size_t)got;
    }
    return true;
}

typedef union control {
    struct cmsghdr head; /* for its alignment */
    char bytes[CMSG_SPACE(ND_WIRE_FILES * sizeof(int))];
} control;

bool nd_wire_send(int socket, const nd_wire *piece, const int *files, size_t count) {
    control with = {.bytes = {0}};
    struct iovec all = {.iov_base = (void *)piece, .iov_len = sizeof *piece};
    struct msghdr message = {.msg_iov = &all, .msg_iovlen = 1};
    if (count > 0) {
        message.msg_control = with.bytes;
        message.msg_controllen = CMSG_SPACE(count * sizeof(int));
        struct cmsghdr *head = CMSG_FIRSTHDR(&message);
        head->cmsg_level = SOL_SOCKET;
        head->cmsg_type = SCM_RIGHTS;
        head->cmsg_len = CMSG_LEN(count * sizeof(int));
        memcpy(CMSG_DATA(head), files, count * sizeof(int));
    }
    ssize_t sent;
    do {
        sent = sendmsg(socket, &message, MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    /* The files went with the first byte. */
    return sent > 0 &&
           nd_send_all(socket, (const char *)piece + sent, sizeof *piece - (size_t)sent);
}

static void take_files(struct msghdr *message, int files[ND_WIRE_FILES]) {
    for (struct cmsghdr *head = CMSG_FIRSTHDR(message); head; head = CMSG_NXTHDR(message, head)) {
        if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS)
            continue;
        size_t count = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < count; i++) {
            int file;
            memcpy(&file, CMSG_DATA(head) + i * sizeof file, sizeof file);
            if (i < ND_WIRE_FILES && files[i] < 0)
                files[i] = file;
            else
                close(file);
        }
    }
}

bool nd_wire_receive(int socket, nd_wire *piece, int files[ND_WIRE_FILES]) {
    control with = {.bytes = {0}};
    struct iovec all = {.iov_base = piece, .iov_len = sizeof *piece};
    struct msghdr message = {.msg_iov = &all,
                             .msg_iovlen = 1,
                             .msg_control = with.bytes,
                             .msg_controllen = sizeof with.bytes};
    int flags = 0;
#ifdef MSG_CMSG_CLOEXEC
    flags = MSG_CMSG_CLOEXEC;
#endif
    for (size_t i = 0; i < ND_WIRE_FILES; i++)
        files[i] = -1;
    ssize_t got;
    do {
        got = recvmsg(socket, &message, flags);
    } while (got < 0 && errno == EINTR);
    if (got <= 0)
        return false;
    take_files(&message, files);
    return nd_read_all(socket, (char *)piece + got, sizeof *piece - (size_t)got);
}

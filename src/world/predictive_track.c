/* predictive-track: an agent runs up and down a corridor with textured walls and predicts what it
 * sees next (docs/model.md, section 3.3).
 *
 * The walls are met clockwise, seen from above with the corridor running up: the far end (from left
 * to right), the right wall (downward), the near end (to the left), the left wall (upward). A ray
 * of heading a points along (sin a, cos a). */
#include <math.h>
#include <stdlib.h>

#include "base/random.h"
#include "base/smooth.h"
#include "world/worlds.h"

static const double SPEED_DEVIATION = 0.1;     /* of the speed, in the corridor's unit a step */
static const double TURNING_FRACTION = 0.4;    /* of size_y, from the centre */
static const double FIRST_HEADING_SPAN = 0.01; /* rad */

/* One environment of the track. */
typedef struct corridor {
    const nd_world_keys *keys;
    const double *texture; /* `texture_count` values on a closed loop */
    size_t texture_count;
} corridor;

/* Where a ray ends: the wall (0 .. 3, clockwise) and how far along it. */
typedef struct hit {
    int wall;
    double along;
} hit;

static hit cast(const nd_world_keys *keys, double y, double angle) {
    double half_x = keys->size_x / 2, half_y = keys->size_y / 2;
    double right = sin(angle), up = cos(angle);
    if (fabs(right) < 1e-12) /* a heading of pi is straight down the centre line */
        right = 0;
    double to_side = right != 0 ? half_x / fabs(right) : INFINITY;
    double to_end = up > 0 ? (half_y - y) / up : up < 0 ? (-half_y - y) / up : INFINITY;
    if (to_side < to_end) {
        double reached = y + up * to_side;
        return right > 0 ? (hit){1, half_y - reached} : (hit){3, reached + half_y};
    }
    double reached = right * to_end;
    return up > 0 ? (hit){0, reached + half_x} : (hit){2, half_x - reached};
}

double nd_track_phase(const nd_world_keys *keys, double y, double angle) {
    hit place = cast(keys, y, angle);
    double wide = keys->size_x, high = keys->size_y, perimeter = 2 * (wide + high);
    const double start[4] = {0, wide, wide + high, 2 * wide + high};
    if (keys->published_quirks)
        return place.wall / 4.0 + place.along / perimeter;
    return (start[place.wall] + place.along) / perimeter;
}

static double read_texture(const corridor *track, double phase) {
    if (track->keys->published_quirks && phase > 1)
        return track->texture[0];
    double at = phase * (double)track->texture_count, whole = floor(at);
    size_t below = (size_t)whole % track->texture_count;
    size_t above = (below + 1) % track->texture_count;
    return track->texture[below] + (at - whole) * (track->texture[above] - track->texture[below]);
}

/* What is seen at y under a heading: `view` has input_dim values. */
static void look(const corridor *track, double y, double heading, double *view) {
    size_t rays = track->keys->input_dim;
    double reach = M_PI / track->keys->fov_fraction;
    for (size_t i = 0; i < rays; i++) {
        double offset = rays > 1 ? reach * (2 * (double)i / (double)(rays - 1) - 1) : 0;
        view[i] = read_texture(track, nd_track_phase(track->keys, y, heading + offset));
    }
}

/* The texture of environment e: k Gaussian values on a closed loop, smoothed. */
static bool make_texture(const nd_world_keys *keys, uint64_t seed, size_t environment, size_t count,
                         double *texture, nd_error *error) {
    double *scratch = nd_doubles(count, error);
    if (!scratch)
        return false;
    nd_random_gaussians(seed, ND_FOR_WORLD,
                        ND_WORLD_TEXTURE + ND_WORLD_PARTS * (uint32_t)environment, 0, count,
                        texture);
    nd_gaussian_smooth(texture, count, 1, keys->kernel * (double)count, ND_PERIODIC, scratch);
    free(scratch);
    return true;
}

/* A heading difference as an action: in (-pi, pi], or as published the raw difference of headings
 * that are kept in [0, 2 pi). */
static double action_between(double before, double after, bool published) {
    double turn = 2 * M_PI;
    if (published)
        return after - turn * floor(after / turn) - (before - turn * floor(before / turn));
    double change = after - before;
    return change - turn * ceil((change - M_PI) / turn);
}

/* The agent's walk through one environment: samples first .. first+count-1 of the data set, vision,
 * actions and targets in arrays of their own (samples x input_dim; samples). */
static void walk(const corridor *track, nd_stream *random, size_t first, size_t count,
                 nd_dataset *dataset, double *vision, double *action) {
    const nd_world_keys *keys = track->keys;
    size_t rays = keys->input_dim;
    double turning = TURNING_FRACTION * keys->size_y;
    double y = 0, heading = -FIRST_HEADING_SPAN * nd_stream_uniform(random);
    double seen_under = heading;
    for (size_t s = first; s < first + count; s++) {
        dataset->position[s] = y;
        dataset->heading[s] = heading;
        /* In the published data the view is not renewed after a turn. */
        look(track, y, keys->published_quirks ? seen_under : heading, vision + s * rays);
        double before = heading, speed = keys->speed + SPEED_DEVIATION * nd_stream_gaussian(random);
        y = fmax(-turning, fmin(turning, y + speed * cos(heading)));
        heading += keys->heading_noise * nd_stream_gaussian(random);
        look(track, y, heading, dataset->target + s * rays);
        seen_under = heading;
        if (y <= -turning)
            heading = 0;
        else if (y >= turning)
            heading = M_PI;
        action[s] = action_between(before, heading, keys->published_quirks);
    }
}

static bool allocate(nd_dataset *dataset, const nd_world_keys *keys, nd_error *error) {
    dataset->environments = keys->environments;
    dataset->texture = (size_t)(2 * (double)keys->input_dim * (keys->size_x + keys->size_y) + 0.5);
    if (dataset->texture < 1)
        dataset->texture = 1;
    if (keys->environments > 1 &&
        !(dataset->environment = nd_array(dataset->samples, sizeof(int64_t), error)))
        return false;
    return (dataset->position = nd_doubles(dataset->samples, error)) &&
           (dataset->heading = nd_doubles(dataset->samples, error)) &&
           (dataset->wall_texture = nd_doubles(keys->environments * dataset->texture, error));
}

/* Vision and action, each scaled, side by side in the inputs; then all in common. */
static void scale_and_join(nd_dataset *dataset, bool published, double *vision, double *action) {
    size_t samples = dataset->samples, rays = dataset->outputs;
    nd_scale_in_place(vision, samples * rays, published);
    nd_scale_in_place(action, samples, published);
    nd_scale_in_place(dataset->target, samples * rays, published);
    for (size_t s = 0; s < samples; s++) {
        for (size_t i = 0; i < rays; i++)
            dataset->input[s * (rays + 1) + i] = vision[s * rays + i];
        dataset->input[s * (rays + 1) + rays] = action[s];
    }
    nd_scale_in_place(dataset->input, samples * (rays + 1), published);
    nd_scale_in_place(dataset->target, samples * rays, published);
}

/* Walks every environment; the samples are split evenly, the first ones getting what is left. */
static bool fill(const nd_world_keys *keys, uint64_t seed, nd_dataset *dataset, double *vision,
                 double *action, nd_error *error) {
    size_t share = dataset->samples / keys->environments, first = 0;
    size_t left = dataset->samples % keys->environments;
    for (size_t e = 0; e < keys->environments; e++) {
        double *texture = dataset->wall_texture + e * dataset->texture;
        if (!make_texture(keys, seed, e, dataset->texture, texture, error))
            return false;
        corridor track = {keys, texture, dataset->texture};
        nd_stream random =
            nd_stream_at(seed, ND_FOR_WORLD, ND_WORLD_AGENT + ND_WORLD_PARTS * (uint32_t)e, 0);
        size_t count = share + (e < left);
        walk(&track, &random, first, count, dataset, vision, action);
        for (size_t s = first; dataset->environment && s < first + count; s++)
            dataset->environment[s] = (int64_t)e;
        first += count;
    }
    scale_and_join(dataset, keys->published_quirks, vision, action);
    return true;
}

nd_dataset *nd_world_predictive_track(const nd_world_keys *keys, uint64_t seed, nd_error *error) {
    size_t samples = keys->samples, rays = keys->input_dim;
    nd_dataset *dataset = nd_dataset_new(samples, rays + 1, rays, error);
    double *vision = dataset ? nd_doubles(samples * rays, error) : NULL;
    double *action = vision ? nd_doubles(samples, error) : NULL;
    bool fine = action && allocate(dataset, keys, error) &&
                fill(keys, seed, dataset, vision, action, error);
    free(vision);
    free(action);
    if (fine)
        return dataset;
    nd_dataset_free(dataset);
    return NULL;
}

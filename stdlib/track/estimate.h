/* The Kalman filter of one number and its speed, and a box as four such numbers. */
#ifndef PKD_TRACK_ESTIMATE_H
#define PKD_TRACK_ESTIMATE_H

#include <stdbool.h>
#include <track/iou.pkd.h>

/* False for a box without an area, and for one that is not finite: no track begins with it. */
bool track_measurable(const struct detect_Box *box);

/* The estimates of a track that begins with `box`, found at `now`. */
void track_begin(struct track_Kept *kept, const struct detect_Box *box, int64_t now);

/* Takes the estimates to `now`; a time that is not after theirs changes nothing. */
void track_predict(struct track_Kept *kept, int64_t now);

/* Corrects the estimates, which are of the same time, by what was found. */
void track_correct(struct track_Kept *kept, const struct detect_Box *box);

struct detect_Box track_box(const struct track_Kept *kept);
float track_overlap(const struct detect_Box *a, const struct detect_Box *b); /* IoU, 0 … 1 */

#endif

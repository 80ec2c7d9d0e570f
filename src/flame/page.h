/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pieces of the file that are text: flame.css, flame.js, controls.svg; made into C by scripts/embed-text.sh. */
#ifndef FLAME_PAGE_H
#define FLAME_PAGE_H

extern const char flame_css[];
extern const char flame_js[];       /* has no "]]>" in it */
extern const char flame_controls[];

#endif

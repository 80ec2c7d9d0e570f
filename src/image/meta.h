/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The section of a compiled script that only Sonde reads. */
#ifndef IMAGE_META_H
#define IMAGE_META_H

#include "image/image.h"
#include "image/pack.h"

#define META_SECTION ".sonde"
#define META_TYPE 0x80534e44u /* of the section: of a range that is nobody else's */
#define META_MAGIC 0x65646e53u /* "Snde" */
#define META_VERSION 1u

/* All of an image as bytes. 0 or -EOPNOTSUPP. */
int meta_write(const struct image *im, struct strbuf *out, struct err *e);
/* And back; -EINVAL with a message if it is damaged or of another version. */
int meta_read(const struct image *im, const void *bytes, size_t n, struct err *e);

#endif

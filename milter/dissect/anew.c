#include <pixelward/dissect/canonical.h>
#include <pixelward/dissect/dissect.h>

/* One reading may hide in another: an encoded message in an encoded message. */
#define MOST_ROUNDS	4

enum pw_err
dissect_anew(struct span message, const struct limits *limits, struct arena *arena, struct span *fresh,
    const struct dissection **dissection)
{
	enum pw_err	err = dissect(message, limits, arena, dissection);
	unsigned	round = 0;

	*fresh = message;
	do {
		if (err == PW_OK)
			err = dissect_canonical(*fresh, *dissection, limits, arena, fresh);
		if (err == PW_OK)
			err = dissect(*fresh, limits, arena, dissection);
	} while (err == PW_OK && dissection_is_ambiguous(*dissection) && ++round < MOST_ROUNDS);
	return err == PW_OK && dissection_is_ambiguous(*dissection) ? PW_ENOTINERT : err;
}

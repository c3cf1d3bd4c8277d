#include <pixelward/dissect/dissect.h>

#include "block.h"
#include "html/vectors.h"
#include "mail/charset.h"
#include "mail/walk.h"
#include "mail/words.h"
#include "url/url.h"

void
dissect_prepare(void)
{
	words_prepare();
	charset_prepare();
	url_prepare();
	vectors_prepare();
}

enum pw_err
dissect(struct span message, const struct limits *limits, struct arena *arena, const struct dissection **dissection)
{
	struct block	block;
	enum pw_err	err = block_init(&block, message, limits, arena);

	*dissection = NULL;
	if (err != PW_OK)
		return err;
	if (message.len > limits->message_bytes || message.len > UINT32_MAX / 2)
		block_exceed(&block, LIMIT_message_bytes);
	else
		walk_message(&block);
	*dissection = block_finish(&block);
	return *dissection != NULL ? block.failure : PW_ENOMEM;
}

/* <?xml-stylesheet href="..."?> and Word's <?import implementation="..."?>. */
#ifndef DISSECT_HTML_INSTRUCTION_H
#define DISSECT_HTML_INSTRUCTION_H

#include "../collector.h"

/* The instruction's text is [begin, end) of the layer. is_xml: a sheet inside of the document may be a program. */
void	instruction_collect(struct collector *, const struct layer *, size_t begin, size_t end, bool is_xml);

#endif

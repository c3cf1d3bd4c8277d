/* What all sessions together hold at this moment. Any thread. */
#ifndef PIXELWARD_MILTER_GATEWAY_LOAD_H
#define PIXELWARD_MILTER_GATEWAY_LOAD_H

#include <pixelward/span.h>

/* Count bytes as stored; false, and nothing is counted, if all would then be more than max. */
bool		load_take_bytes(uint64_t bytes, uint64_t max);
void		load_give_bytes(uint64_t bytes);
uint64_t	load_bytes(void);

/* Count a message whose bytes begin to come; false, and it is not counted, if there are max already. */
bool		load_take_place(uint64_t max);
void		load_give_place(void);
uint64_t	load_places(void);

/* Connections from negotiation to close; the return value counts the new one. */
uint64_t	load_open_connection(void);
void		load_close_connection(void);
uint64_t	load_connections(void);

/* Messages from MAIL to their end; the time of the last end, CLOCK_MONOTONIC, in ms. */
void		load_begin_message(void);
void		load_end_message(void);
uint64_t	load_messages(void);
int64_t		load_last_end_ms(void);

#endif

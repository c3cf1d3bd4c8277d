/* The thread-free parent: owns the socket and the signals, starts the gateway, restarts it when it dies. */
#ifndef PIXELWARD_KEEPER_KEEPER_H
#define PIXELWARD_KEEPER_KEEPER_H

#include <pixelward/judge/judge.h>
#include <pixelward/options.h>

/* Runs until SIGTERM or SIGINT and all messages in flight are done. The process's exit status. */
int	keeper_run(const char *config_file, struct options *, struct policy *, bool foreground);

#endif

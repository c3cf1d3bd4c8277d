/* The thread-free parent: owns the socket and the signals, starts the gateway, restarts it when it dies. */
#ifndef PIXELWARD_KEEPER_KEEPER_H
#define PIXELWARD_KEEPER_KEEPER_H

#include <pixelward/gateway/generation.h>

/*
 * Bind, become the configured user, serve. Returns the process's exit status when SIGTERM or SIGINT came and
 * all messages in flight are done. SIGHUP reads config_file again.
 *
 * foreground false: the calling process waits until the daemon serves, then exits 0; what goes wrong before
 * that is on its standard error and in its exit status. True: standard error is the caller's all the time.
 *
 * Takes over the caller's hold of the generation. config_file is borrowed.
 */
int	keeper_run(const char *config_file, struct generation *, bool foreground);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * What the raw test of the module says and runs: checks with a line each, and channel programs in
 * the device's memory. Knows no interface but the two ways to start a program.
 */
#pragma once

#include "ccwbroker.h"
#include "module-device.h"

#define ORB_FORMAT_1 0x80
#define ORB_PREFETCH 0x40
#define ORB_MIDAWS   0x40 /* in byte 7 */
#define CMD_NOP	     0x03
#define CMD_WRITE    0x01
#define CMD_REWIND   0x07
#define CMD_TIC	     0x08
#define CMD_SENSE_ID 0xe4
#define FLAG_CC	     0x40
#define FLAG_SLI     0x20
#define FLAG_IDA     0x04
#define FLAG_MIDA    0x01

/* How many checks were not ok. */
extern unsigned int failures;

void check(bool ok, const char *what, long got);
/* Others in the machine pin for moments, too: the counter must come to zero, not stay there. */
void check_unpinned(const char *what);
/* Sense ID through CMD_REQUEST gives data, and nothing stays pinned. */
void check_works(struct device *dev, const char *what);

void ccw_put(struct device *dev, unsigned int n, uint8_t cmd, uint8_t flags, uint16_t count,
	     uint32_t address);
/*
 * A program that ends only when it is ended: rewind, write 32 KiB, and again. A loop without slow
 * commands would keep the emulator from looking for the clear function.
 */
void program_endless(struct device *dev);
void program_sense_id(struct device *dev);
void program_nop(struct device *dev);

/* CMD_REQUEST and the I/O region; 0 or -errno. orb7 is byte 7 of the ORB. */
int run_orb(struct device *dev, unsigned int timeout_ms, uint8_t orb7,
	    struct ccwbroker_cmd_request *cmd);
int run(struct device *dev, unsigned int timeout_ms, struct ccwbroker_cmd_request *cmd);
int start(struct device *dev);
bool ended_well(const struct ccwbroker_cmd_request *cmd);
bool fd_rings(int fd, int timeout_ms);

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Data in both directions, direct and through every form of address list. The device is a virtio
 * network card that no driver has negotiated with: its configuration space begins with its address,
 * which can be written and read back. The case that started it knows that address.
 */
#include "check.h"

#include "console.h"
#include "report.h"

#define COMMAND_RESET	     0x33
#define COMMAND_READ_CONFIG  0x22
#define COMMAND_WRITE_CONFIG 0x21

#define MAC_BYTES 6

static uint8_t area[4 * 4096] __attribute__((aligned(4096)));
static uint64_t list[8] __attribute__((aligned(4096)));

static void reset(const struct device *device)
{
	struct outcome outcome;

	program_begin();
	program_add(COMMAND_RESET, CCW_ANY_LENGTH, 0, 0);
	program_run(device, &outcome);
	program_report(program_went_well(&outcome), device, "virtio reset", &outcome);
}

static void read_config(const struct device *device, const char *what, uint8_t flags,
			uint16_t count)
{
	struct outcome outcome;

	program_begin();
	program_add(COMMAND_READ_CONFIG, flags, count, area);
	memset(area, 0xaa, 64);
	program_run(device, &outcome);
	program_report(outcome.has_ended, device, what, &outcome);
	REPORT(outcome.has_ended, "%s: %s: %b", device->name, what, area, 16);
}

static void write_config(const struct device *device, uint8_t *mac)
{
	struct outcome outcome;
	uint8_t written[MAC_BYTES];

	/*
	 * The second half as the first: QEMU 7.2 gives a device the wrong bytes behind the
	 * first block of a list, on the bare emulator as well.
	 */
	for (unsigned int i = 0; i < MAC_BYTES; i++)
		written[i] = area[i] = (uint8_t)(mac[i % 3 + 3] ^ 0x5a);
	program_begin();
	program_add(COMMAND_WRITE_CONFIG, CCW_ANY_LENGTH, MAC_BYTES, area);
	program_run(device, &outcome);
	program_report(program_went_well(&outcome), device, "write", &outcome);

	memset(area, 0xaa, 64);
	program_begin();
	program_add(COMMAND_READ_CONFIG, CCW_ANY_LENGTH, MAC_BYTES, area);
	program_run(device, &outcome);
	program_report(program_went_well(&outcome), device, "read back", &outcome);
	REPORT(memcmp(area, written, MAC_BYTES) == 0, "%s: what was written is read back: %b",
	       device->name, area, MAC_BYTES);
	memcpy(mac, written, MAC_BYTES);
}

/* The blocks of the list: three bytes at the end of one, the rest in one that does not adjoin. */
static void run_indirect(const struct device *device, uint32_t orb_flags, uint8_t *first,
			 uint8_t *second, struct outcome *ret)
{
	uint32_t *short_list = (uint32_t *)list;
	struct orb orb;

	memset(area, 0xaa, sizeof(area));
	if (orb_flags & ORB_FORMAT_2_IDAW) {
		list[0] = (uintptr_t)first;
		list[1] = (uintptr_t)second;
	} else {
		short_list[0] = (uint32_t)(uintptr_t)first;
		short_list[1] = (uint32_t)(uintptr_t)second;
	}
	program_begin();
	program_add(COMMAND_READ_CONFIG, CCW_INDIRECT | CCW_ANY_LENGTH, MAC_BYTES, list);
	program_orb(&orb);
	orb.flags = (orb.flags & ~(ORB_FORMAT_2_IDAW | ORB_2K_IDAW)) | orb_flags;
	program_run_orb(device, &orb, ret);
}

static bool arrived(const uint8_t *first, const uint8_t *second, const uint8_t *mac)
{
	return memcmp(first, mac, 3) == 0 && memcmp(second, mac + 3, 3) == 0 && first[-1] == 0xaa &&
	       first[3] == 0xaa && second[-1] == 0xaa && second[3] == 0xaa;
}

static void indirect(const struct device *device, const char *what, uint32_t orb_flags,
		     unsigned int block, const uint8_t *mac)
{
	uint8_t *first = area + block - 3, *second = area + 3 * block;
	struct outcome outcome;

	run_indirect(device, orb_flags, first, second, &outcome);
	program_report(program_went_well(&outcome), device, what, &outcome);
	REPORT(arrived(first, second, mac), "%s: %s: %b and %b, nothing beside them", device->name,
	       what, first, 3, second, 3);
}

/* QEMU 7.2 on a little-endian host takes the words of such a list for those of the other format. */
static void indirect_format_1(const struct device *device, const uint8_t *mac)
{
	uint8_t *first = area + 2045, *second = area + 3 * 2048;
	struct outcome outcome;

	run_indirect(device, 0, first, second, &outcome);
	REPORT_APART(program_went_well(&outcome) && arrived(first, second, mac),
		     "%s: format-1 list: %b and %b", device->name, first, 3, second, 3);
}

/* Written through a list of one block that begins in the middle, read back directly. */
static void indirect_write(const struct device *device, uint8_t *mac)
{
	struct outcome outcome;

	for (unsigned int i = 0; i < MAC_BYTES; i++)
		mac[i] ^= 0xfe;
	memcpy(area + 3000, mac, MAC_BYTES);
	list[0] = (uintptr_t)area + 3000;
	program_begin();
	program_add(COMMAND_WRITE_CONFIG, CCW_INDIRECT | CCW_ANY_LENGTH | CCW_CHAIN_COMMAND,
		    MAC_BYTES, list);
	program_add(COMMAND_READ_CONFIG, CCW_ANY_LENGTH, MAC_BYTES, area);
	program_run(device, &outcome);
	program_report(program_went_well(&outcome), device, "list written, read in one program",
		       &outcome);
	REPORT(memcmp(area, mac, MAC_BYTES) == 0, "%s: it is what was written: %b", device->name,
	       area, MAC_BYTES);
}

static void chain_data(const struct device *device)
{
	struct outcome outcome;

	memset(area, 0xaa, 64);
	program_begin();
	program_add(COMMAND_READ_CONFIG, CCW_CHAIN_DATA, 2, area);
	program_add(0, CCW_CHAIN_DATA, 2, area + 16);
	program_add(0, CCW_ANY_LENGTH, 2, area + 32);
	program_run(device, &outcome);
	program_report(outcome.has_ended, device, "chained data", &outcome);
	REPORT(outcome.has_ended, "%s: chained data: %b %b %b", device->name, area, 4, area + 16, 4,
	       area + 32, 4);
}

void check_data(const struct device *device)
{
	uint8_t mac[MAC_BYTES];

	reset(device);
	read_config(device, "read", CCW_ANY_LENGTH, MAC_BYTES);
	memcpy(mac, area, MAC_BYTES);
	read_config(device, "read of more", CCW_ANY_LENGTH, 4096);
	read_config(device, "read of more, length checked", 0, 4096);
	read_config(device, "read of less, length checked", 0, 3);
	read_config(device, "read, skipped", CCW_ANY_LENGTH | CCW_SKIP, MAC_BYTES);
	write_config(device, mac);
	indirect(device, "4 KiB blocks", ORB_FORMAT_2_IDAW, 4096, mac);
	indirect(device, "2 KiB blocks", ORB_FORMAT_2_IDAW | ORB_2K_IDAW, 2048, mac);
	indirect_format_1(device, mac);
	indirect_write(device, mac);
	chain_data(device);
}

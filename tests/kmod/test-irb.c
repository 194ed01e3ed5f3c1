// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * Tests kmod/irb.c: what an IRB means, how it is repaired, joined and made, and the queue.
 */
#include "check-main.h"
#include "cp-kernel.h"
#include "irb.h"

#define PENDING	   SCSW_STCTL_STATUS_PEND
#define END_STATUS (SCSW_STCTL_PRIM_STATUS | SCSW_STCTL_SEC_STATUS | PENDING)

static struct irb irb_of(u8 stctl, u8 dstat, u8 cstat)
{
	struct irb irb = { 0 };

	irb.scsw.cmd.fctl = SCSW_FCTL_START_FUNC;
	irb.scsw.cmd.stctl = stctl;
	irb.scsw.cmd.dstat = dstat;
	irb.scsw.cmd.cstat = cstat;
	return irb;
}

static struct irb irb_numbered(u32 number)
{
	struct irb irb = irb_of(SCSW_STCTL_INTER_STATUS | PENDING, 0, SCHN_STAT_PCI);

	irb.scsw.cmd.actl = SCSW_ACTL_DEVACT | SCSW_ACTL_SCHACT;
	irb.scsw.cmd.cpa = number;
	return irb;
}

START_TEST(test_block_is_as_large_as_the_architecture_says)
{
	ck_assert_uint_eq(sizeof(struct irb), 64);
}
END_TEST

START_TEST(test_alert_alone_is_unsolicited)
{
	struct irb irb = irb_of(SCSW_STCTL_ALERT_STATUS | PENDING, DEV_STAT_ATTENTION, 0);

	ck_assert(!irb_is_solicited(&irb));
	irb.scsw.cmd.stctl = END_STATUS;
	ck_assert(irb_is_solicited(&irb));
	irb.scsw.cmd.stctl = END_STATUS | SCSW_STCTL_ALERT_STATUS;
	ck_assert(irb_is_solicited(&irb));
	irb.scsw.cmd.stctl = PENDING; /* of a halt or clear function */
	ck_assert(irb_is_solicited(&irb));
	irb.scsw.cmd.stctl = SCSW_STCTL_ALERT_STATUS | PENDING;
	irb.scsw.cmd.cc = 3;
	ck_assert(irb_is_solicited(&irb));
}
END_TEST

START_TEST(test_final_is_when_neither_subchannel_nor_device_is_active)
{
	struct irb irb = irb_of(END_STATUS, 0, 0);

	ck_assert(irb_is_final(&irb));
	irb.scsw.cmd.actl = SCSW_ACTL_DEVACT;
	ck_assert(!irb_is_final(&irb));
	irb.scsw.cmd.actl = SCSW_ACTL_SCHACT;
	ck_assert(!irb_is_final(&irb));
}
END_TEST

START_TEST(test_only_a_start_with_condition_code_1_is_deferred)
{
	struct irb irb = irb_of(PENDING, 0, 0);

	ck_assert(!irb_is_deferred(&irb));
	irb.scsw.cmd.cc = 1;
	ck_assert(irb_is_deferred(&irb));
	irb.scsw.cmd.cc = 3;
	ck_assert(!irb_is_deferred(&irb));
	irb.scsw.cmd.cc = 1;
	irb.scsw.cmd.fctl = SCSW_FCTL_HALT_FUNC;
	ck_assert(!irb_is_deferred(&irb));
}
END_TEST

/* vfio-ccw.md F4: sense that cio fetched has ERW.S, but neither ECTL nor a count */
START_TEST(test_sense_that_cio_fetched_gets_its_length)
{
	struct irb irb = irb_of(END_STATUS, DEV_STAT_UNIT_CHECK, 0);

	irb.esw.esw0.erw.cons = 1;
	irb.ecw[0] = 0x40;
	irb_repair_sense(&irb);
	ck_assert_uint_eq(irb.scsw.cmd.ectl, 1);
	ck_assert_uint_eq(irb.esw.esw0.erw.scnt, 32);
	ck_assert_uint_eq(irb.ecw[0], 0x40);
}
END_TEST

START_TEST(test_sense_that_is_whole_or_absent_is_left_alone)
{
	struct irb irb = irb_of(END_STATUS, DEV_STAT_UNIT_CHECK, 0);
	struct irb before;

	/* concurrent sense of the channel's own */
	irb.esw.esw0.erw.cons = 1;
	irb.esw.esw0.erw.scnt = 24;
	irb.scsw.cmd.ectl = 1;
	before = irb;
	irb_repair_sense(&irb);
	ck_assert_mem_eq(&irb, &before, sizeof(irb));
	/* unit check without sense */
	irb = irb_of(END_STATUS, DEV_STAT_UNIT_CHECK, 0);
	before = irb;
	irb_repair_sense(&irb);
	ck_assert_mem_eq(&irb, &before, sizeof(irb));
	/* no unit check */
	irb = irb_of(END_STATUS, DEV_STAT_DEV_END, 0);
	irb.esw.esw0.erw.cons = 1;
	before = irb;
	irb_repair_sense(&irb);
	ck_assert_mem_eq(&irb, &before, sizeof(irb));
}
END_TEST

START_TEST(test_statuses_of_one_program_add_up)
{
	struct irb all = { 0 }, first, second;

	first = irb_of(SCSW_STCTL_PRIM_STATUS | PENDING, DEV_STAT_CHN_END, SCHN_STAT_INCORR_LEN);
	first.scsw.cmd.cpa = 0x1008;
	first.scsw.cmd.count = 7;
	first.scsw.cmd.actl = SCSW_ACTL_DEVACT;
	irb_merge(&all, &first);
	ck_assert_mem_eq(&all, &first, sizeof(all));
	second = irb_of(SCSW_STCTL_SEC_STATUS | PENDING, DEV_STAT_DEV_END | DEV_STAT_UNIT_CHECK, 0);
	second.scsw.cmd.cpa = 0xbad;
	second.scsw.cmd.count = 99;
	second.scsw.cmd.ectl = 1;
	second.esw.esw0.erw.cons = 1;
	second.esw.esw0.erw.scnt = 32;
	second.ecw[0] = 0x80;
	irb_merge(&all, &second);
	/* address and count are those of the primary status, sense is that of the unit check */
	ck_assert_uint_eq(all.scsw.cmd.cpa, 0x1008);
	ck_assert_uint_eq(all.scsw.cmd.count, 7);
	ck_assert_uint_eq(all.scsw.cmd.stctl, END_STATUS);
	ck_assert_uint_eq(all.scsw.cmd.dstat,
			  DEV_STAT_CHN_END | DEV_STAT_DEV_END | DEV_STAT_UNIT_CHECK);
	ck_assert_uint_eq(all.scsw.cmd.cstat, SCHN_STAT_INCORR_LEN);
	ck_assert_uint_eq(all.scsw.cmd.actl, 0);
	ck_assert_uint_eq(all.scsw.cmd.ectl, 1);
	ck_assert_uint_eq(all.ecw[0], 0x80);
	ck_assert(irb_is_final(&all));
}
END_TEST

START_TEST(test_clear_halt_and_deferred_start_replace_what_was)
{
	struct irb pci = irb_numbered(8), all, last;
	unsigned int i;

	for (i = 0; i < 3; i++) {
		memset(&all, 0, sizeof(all));
		irb_merge(&all, &pci);
		last = irb_of(PENDING, 0, 0);
		if (i == 0)
			last.scsw.cmd.fctl = SCSW_FCTL_CLEAR_FUNC;
		else if (i == 1)
			last.scsw.cmd.fctl = SCSW_FCTL_START_FUNC | SCSW_FCTL_HALT_FUNC;
		else
			last.scsw.cmd.cc = 1;
		irb_merge(&all, &last);
		ck_assert_mem_eq(&all, &last, sizeof(all));
	}
}
END_TEST

START_TEST(test_rejected_command_looks_like_the_devices_own_answer)
{
	struct irb irb;

	memset(&irb, 0xff, sizeof(irb));
	irb_make_rejected(&irb, 0x2000);
	ck_assert(irb_is_solicited(&irb));
	ck_assert(irb_is_final(&irb));
	ck_assert(irb_is_error(&irb));
	ck_assert_uint_eq(irb.scsw.cmd.cpa, 0x2008);
	ck_assert_uint_eq(irb.scsw.cmd.dstat,
			  DEV_STAT_CHN_END | DEV_STAT_DEV_END | DEV_STAT_UNIT_CHECK);
	ck_assert_uint_eq(irb.scsw.cmd.cstat, 0);
	ck_assert_uint_eq(irb.scsw.cmd.cc, 0);
	ck_assert_uint_eq(irb.scsw.cmd.ectl, 1);
	ck_assert_uint_eq(irb.esw.esw0.erw.cons, 1);
	ck_assert_uint_eq(irb.esw.esw0.erw.scnt, 32);
	ck_assert_uint_eq(irb.ecw[0], 0x80);
	ck_assert_uint_eq(irb.ecw[1], 0);
	/* on a channel's byte order the bytes are those of the architecture */
	if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__) {
		ck_assert_uint_eq(((u8 *)&irb)[3], 0x17);
		ck_assert_uint_eq(((u8 *)&irb)[8], 0x0e);
	}
}
END_TEST

START_TEST(test_checked_program_tells_which_check)
{
	struct irb irb;

	irb_make_checked(&irb, 0x2000, SCHN_STAT_PROG_CHECK);
	ck_assert(irb_is_final(&irb));
	ck_assert(irb_is_error(&irb));
	ck_assert_uint_eq(irb.scsw.cmd.cpa, 0x2008);
	ck_assert_uint_eq(irb.scsw.cmd.cstat, SCHN_STAT_PROG_CHECK);
	ck_assert_uint_eq(irb.scsw.cmd.dstat, 0);
}
END_TEST

START_TEST(test_lost_program_ends_with_condition_code_3)
{
	struct irb irb;

	memset(&irb, 0xff, sizeof(irb));
	irb_make_lost(&irb);
	ck_assert(irb_is_solicited(&irb));
	ck_assert(irb_is_final(&irb));
	ck_assert(irb_is_error(&irb));
	ck_assert(!irb_is_deferred(&irb));
	ck_assert_uint_eq(irb.scsw.cmd.cc, 3);
	ck_assert_uint_eq(irb.scsw.cmd.fctl, SCSW_FCTL_START_FUNC);
}
END_TEST

START_TEST(test_pci_and_incorrect_length_are_no_errors)
{
	struct irb irb = irb_of(END_STATUS, DEV_STAT_CHN_END | DEV_STAT_DEV_END,
				SCHN_STAT_PCI | SCHN_STAT_INCORR_LEN);

	ck_assert(!irb_is_error(&irb));
	irb.scsw.cmd.cstat = SCHN_STAT_PROG_CHECK;
	ck_assert(irb_is_error(&irb));
	irb.scsw.cmd.cstat = 0;
	irb.scsw.cmd.dstat |= DEV_STAT_UNIT_CHECK;
	ck_assert(irb_is_error(&irb));
}
END_TEST

static struct irb_queue *queue_of(unsigned int n)
{
	static struct irb_queue queue;
	struct irb irb;
	unsigned int i;

	irb_queue_init(&queue);
	for (i = 0; i < n; i++) {
		irb = irb_numbered(i);
		irb_queue_put(&queue, &irb);
	}
	return &queue;
}

static void expect_next(struct irb_queue *queue, u32 number)
{
	struct irb irb;

	ck_assert(irb_queue_get(queue, &irb));
	ck_assert_uint_eq(irb.scsw.cmd.cpa, number);
}

/* vfio-ccw.md 6, o2: a second interrupt must not replace the first */
START_TEST(test_queue_gives_back_in_order)
{
	struct irb_queue *queue = queue_of(3);
	struct irb irb = irb_numbered(3), untouched = irb_numbered(77);
	u32 i;

	expect_next(queue, 0);
	irb_queue_put(queue, &irb);
	for (i = 1; i <= 3; i++)
		expect_next(queue, i);
	irb = untouched;
	ck_assert(!irb_queue_get(queue, &irb));
	ck_assert_mem_eq(&irb, &untouched, sizeof(irb));
}
END_TEST

/* Limit: IRB_QUEUE_MAX */
START_TEST(test_queue_at_its_limit_drops_the_next_one)
{
	struct irb_queue *queue = queue_of(IRB_QUEUE_MAX + 1);
	struct irb irb;
	u32 i;

	for (i = 0; i < IRB_QUEUE_MAX; i++)
		expect_next(queue, i);
	ck_assert(!irb_queue_get(queue, &irb));
}
END_TEST

START_TEST(test_full_queue_takes_the_end_of_a_program_in_place_of_the_newest)
{
	struct irb_queue *queue = queue_of(IRB_QUEUE_MAX);
	struct irb end = irb_of(END_STATUS, DEV_STAT_CHN_END | DEV_STAT_DEV_END, 0);
	struct irb unsolicited = irb_of(SCSW_STCTL_ALERT_STATUS | PENDING, DEV_STAT_ATTENTION, 0);
	struct irb irb;
	u32 i;

	end.scsw.cmd.cpa = 1000;
	irb_queue_put(queue, &end);
	irb_queue_put(queue, &unsolicited);
	for (i = 0; i + 1 < IRB_QUEUE_MAX; i++)
		expect_next(queue, i);
	expect_next(queue, 1000);
	ck_assert(!irb_queue_get(queue, &irb));
}
END_TEST

/* The ring's index goes around. */
START_TEST(test_queue_lasts)
{
	struct irb_queue *queue = queue_of(IRB_QUEUE_MAX - 1);
	struct irb irb;
	u32 i;

	for (i = IRB_QUEUE_MAX - 1; i < 10 * IRB_QUEUE_MAX; i++) {
		irb = irb_numbered(i);
		irb_queue_put(queue, &irb);
		expect_next(queue, i - (IRB_QUEUE_MAX - 1));
	}
}
END_TEST

/* What the device stored did not reach the client: the newest end of a program says so. */
START_TEST(test_lost_data_is_told_in_the_newest_end_of_a_program)
{
	struct irb_queue *queue = queue_of(0);
	struct irb end = irb_of(END_STATUS, DEV_STAT_CHN_END | DEV_STAT_DEV_END, 0);
	struct irb unsolicited = irb_of(SCSW_STCTL_ALERT_STATUS | PENDING, DEV_STAT_ATTENTION, 0);
	struct irb irb;

	irb_queue_protect(queue); /* nothing to tell it in */
	irb_queue_put(queue, &end);
	irb_queue_put(queue, &end);
	irb_queue_put(queue, &unsolicited);
	irb_queue_protect(queue);
	ck_assert(irb_queue_get(queue, &irb));
	ck_assert(!(irb.scsw.cmd.cstat & SCHN_STAT_PROT_CHECK));
	ck_assert(irb_queue_get(queue, &irb));
	ck_assert(irb.scsw.cmd.cstat & SCHN_STAT_PROT_CHECK);
	ck_assert(irb.scsw.cmd.stctl & SCSW_STCTL_ALERT_STATUS);
	ck_assert(irb_is_error(&irb));
	ck_assert(irb_queue_get(queue, &irb));
	ck_assert(!(irb.scsw.cmd.cstat & SCHN_STAT_PROT_CHECK));
}
END_TEST

CHECK_MAIN("irb", test_lost_data_is_told_in_the_newest_end_of_a_program,
	   test_block_is_as_large_as_the_architecture_says, test_alert_alone_is_unsolicited,
	   test_final_is_when_neither_subchannel_nor_device_is_active,
	   test_only_a_start_with_condition_code_1_is_deferred,
	   test_sense_that_cio_fetched_gets_its_length,
	   test_sense_that_is_whole_or_absent_is_left_alone, test_statuses_of_one_program_add_up,
	   test_clear_halt_and_deferred_start_replace_what_was,
	   test_rejected_command_looks_like_the_devices_own_answer,
	   test_checked_program_tells_which_check, test_lost_program_ends_with_condition_code_3,
	   test_pci_and_incorrect_length_are_no_errors, test_queue_gives_back_in_order,
	   test_queue_at_its_limit_drops_the_next_one,
	   test_full_queue_takes_the_end_of_a_program_in_place_of_the_newest, test_queue_lasts)

/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright the ccwbroker authors */
/*
 * Tracepoints for the life of a channel program: request, translated or refused, started,
 * interrupt (any number), completed. Off they cost a patched-out jump each.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM ccwbroker

#if !defined(CCWBROKER_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define CCWBROKER_TRACE_H

#include <linux/tracepoint.h>

#include <asm/ccwdev.h>

/* clang-format off */
DECLARE_EVENT_CLASS(ccwbroker_device,
	TP_PROTO(struct ccw_device *cdev),
	TP_ARGS(cdev),
	TP_STRUCT__entry(__string(device, dev_name(&cdev->dev))),
	TP_fast_assign(__assign_str(device);),
	TP_printk("%s", __get_str(device))
);

DEFINE_EVENT(ccwbroker_device, ccwbroker_completed,
	TP_PROTO(struct ccw_device *cdev),
	TP_ARGS(cdev)
);

TRACE_EVENT(ccwbroker_request,
	TP_PROTO(struct ccw_device *cdev, const u8 *orb),
	TP_ARGS(cdev, orb),
	TP_STRUCT__entry(
		__string(device, dev_name(&cdev->dev))
		__array(u8, orb, 12)
	),
	TP_fast_assign(
		__assign_str(device);
		memcpy(__entry->orb, orb, sizeof(__entry->orb));
	),
	TP_printk("%s orb=%12phN", __get_str(device), __entry->orb)
);

TRACE_EVENT(ccwbroker_translated,
	TP_PROTO(struct ccw_device *cdev, unsigned int pages),
	TP_ARGS(cdev, pages),
	TP_STRUCT__entry(
		__string(device, dev_name(&cdev->dev))
		__field(unsigned int, pages)
	),
	TP_fast_assign(
		__assign_str(device);
		__entry->pages = pages;
	),
	TP_printk("%s pages=%u", __get_str(device), __entry->pages)
);

TRACE_EVENT(ccwbroker_refused,
	TP_PROTO(struct ccw_device *cdev, u32 reason, u32 ccw),
	TP_ARGS(cdev, reason, ccw),
	TP_STRUCT__entry(
		__string(device, dev_name(&cdev->dev))
		__field(u32, reason)
		__field(u32, ccw)
	),
	TP_fast_assign(
		__assign_str(device);
		__entry->reason = reason;
		__entry->ccw = ccw;
	),
	TP_printk("%s reason=%u ccw=%08x", __get_str(device), __entry->reason, __entry->ccw)
);

TRACE_EVENT(ccwbroker_started,
	TP_PROTO(struct ccw_device *cdev, int ret),
	TP_ARGS(cdev, ret),
	TP_STRUCT__entry(
		__string(device, dev_name(&cdev->dev))
		__field(int, ret)
	),
	TP_fast_assign(
		__assign_str(device);
		__entry->ret = ret;
	),
	TP_printk("%s ret=%d", __get_str(device), __entry->ret)
);

TRACE_EVENT(ccwbroker_interrupt,
	TP_PROTO(struct ccw_device *cdev, const struct irb *irb, bool is_over),
	TP_ARGS(cdev, irb, is_over),
	TP_STRUCT__entry(
		__string(device, dev_name(&cdev->dev))
		__array(u8, scsw, 12)
		__field(bool, is_over)
	),
	TP_fast_assign(
		__assign_str(device);
		memcpy(__entry->scsw, &irb->scsw, sizeof(__entry->scsw));
		__entry->is_over = is_over;
	),
	TP_printk("%s scsw=%12phN over=%d", __get_str(device), __entry->scsw, __entry->is_over)
);
/* clang-format on */

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>

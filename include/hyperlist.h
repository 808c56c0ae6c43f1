/* The whole of the public library. */
#ifndef HYPERLIST_HYPERLIST_H
#define HYPERLIST_HYPERLIST_H

#include "hyperlist/archive.h"
#include "hyperlist/check.h"
#include "hyperlist/context.h"
#include "hyperlist/embed.h"
#include "hyperlist/evaluate.h"
#include "hyperlist/export.h"
#include "hyperlist/fetch.h"
#include "hyperlist/generalize.h"
#include "hyperlist/ingest.h"
#include "hyperlist/limits.h"
#include "hyperlist/list.h"
#include "hyperlist/missing.h"
#include "hyperlist/report.h"
#include "hyperlist/scores.h"
#include "hyperlist/selector.h"
#include "hyperlist/space.h"
#include "hyperlist/status.h"
#include "hyperlist/strings.h"
#include "hyperlist/task.h"
#include "hyperlist/track.h"
#include "hyperlist/version.h"

#endif

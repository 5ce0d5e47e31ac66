// Answers of `trace`: one packet through one or several devices.
#pragma once

#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "model/evaluate.h"
#include "model/network.h"
#include "model/source.h"
#include "report/style.h"

namespace fwproof::report {

// The way of a packet through one device.
struct TraceStep {
  std::string device;
  model::Hook hook = model::Hook::input;
  const model::Policy* policy = nullptr;   // never null
  model::Outcome outcome;
};

struct Trace {
  model::Packet packet;
  std::map<model::Field, std::string> names;  // of interfaces and programs, as asked: the policy may not know them
  std::vector<TraceStep> steps;            // up to the device that ends it; never empty
};

model::Verdict verdict_of(const Trace& trace);
void write_trace(std::ostream& out, const model::Sources& sources, const Trace& trace, const Style& style);

}  // namespace fwproof::report

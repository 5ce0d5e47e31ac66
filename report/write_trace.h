// Answers of `trace`: one packet through one or several devices.
#pragma once

#include <map>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "model/evaluate.h"
#include "model/network.h"
#include "model/source.h"
#include "report/source_lines.h"
#include "report/style.h"

namespace fwproof::report {

// The way of a packet through one device.
struct TraceStep {
  std::string device;
  model::Hook hook = model::Hook::input;
  const model::Policy* policy = nullptr;   // never null
  model::Outcome outcome;
  // Where the site tells: interfaces, the route that sends the packet on, the packet as it comes in.
  std::string in;
  std::string out;
  std::string route;
  model::Origin route_origin;
  std::optional<model::Packet> packet;
};

// How a way ends behind its last device; verdict accept without text: nothing more is known.
struct TraceEnd {
  model::Verdict verdict = model::Verdict::accept;
  std::string text;                        // "arrives at 192.0.2.7 in 192.0.2.0/24", "edge has no way on: no route"
  model::Origin origin;
};

struct Trace {
  model::Packet packet;
  std::map<model::Field, std::string> names;  // of interfaces and programs, as asked: the policy may not know them
  std::vector<TraceStep> steps;            // up to the device that ends it; empty only where a way has no device
  TraceEnd end;
  // The answer to a packet that arrives, when it was asked for.
  std::optional<model::Packet> answer;
  std::vector<TraceStep> answer_steps;
  TraceEnd answer_end;
};

model::Verdict verdict_of(const Trace& trace);

// Writes answers one after another; it remembers where the lines of the inputs begin, so one of them is for many answers.
class TraceWriter {
 public:
  // `sources` must outlive this.
  explicit TraceWriter(const model::Sources& sources) : lines_(sources) {}

  void write_text(std::ostream& out, const Trace& trace, const Style& style);
  // One line of JSON each, appended: ASCII only.
  void write_json(std::string& out, const Trace& trace);
  static void write_problem_json(std::string& out, const std::string& problem);

 private:
  SourceLines lines_;
};

}  // namespace fwproof::report

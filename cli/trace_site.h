// A packet through a site whose devices tell where they stand: every stop on its way, and the way of the answer.
#pragma once

#include <optional>
#include <string>

#include "cli/read_packet.h"
#include "model/network.h"
#include "report/write_trace.h"
#include "model/ways.h"

namespace fwproof::cli {

class SiteTracer {
 public:
  explicit SiteTracer(const model::Network& network);
  SiteTracer(const SiteTracer&) = delete;

  // Whether the site tells where its devices stand.
  bool derived() const { return ways_.derived(); }
  // with_answer: the answer to a packet that arrives is followed back. Nothing, and why, where the sender's place is not known.
  std::optional<report::Trace> trace(const PacketRequest& request, bool with_answer, std::string& problem);

 private:
  struct Journey;
  const model::Device* host_with(model::Family family, model::u128 address) const;
  const model::Device* device_of(const model::Policy* policy) const;
  std::optional<Journey> follow(const model::Way& way, const model::Device* sender, const PacketRequest& request, const Journey* before);
  void add_answer(report::Trace& trace, const Journey& journey, const model::Location& start, const PacketRequest& request);
  report::TraceEnd end_of(const model::Way& way, const model::Packet& packet) const;

  model::Network network_;
  model::Ways ways_;
};

}  // namespace fwproof::cli

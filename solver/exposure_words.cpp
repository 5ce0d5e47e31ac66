// What is said of a host that is open beyond the rows: its ports, and to whom.
#include <fmt/format.h>

#include <algorithm>

#include "solver/check_run.h"
#include "solver/words.h"

namespace fwproof::solver {

using namespace model;

void Checking::summarise_exposure(Result& result, const Closed& closed, const std::vector<Part>& parts, const std::string& service) const {
  const std::string what = result.ports == "other" ? (result.protocol == proto_tcp ? "unlisted TCP ports" : "unlisted protocols and ports")
                           : result.protocol == proto_tcp ? service
                                                          : protocol_words(result.protocol) + " " + service;
  const std::string at = result.ports == "other" ? fmt::format("{} of {}", what, closed.host) : fmt::format("{}:{}", closed.host, what);
  if (!closed.inbound) {
    result.summary = result.truth == Truth::violated  ? fmt::format("{} reaches more than the table lists ({})", closed.host, what)
                     : result.truth == Truth::holds ? fmt::format("{} reaches nothing beyond the table ({})", closed.host, what)
                                                    : fmt::format("cannot tell whether {} reaches more than the table lists ({})", closed.host, what);
    return;
  }
  const bool unlisted = result.ports == "other";
  if (result.truth != Truth::violated) {
    const bool holds = result.truth == Truth::holds;
    const char* kind = result.protocol == proto_tcp ? "TCP port" : "protocol or port";
    result.summary = unlisted ? fmt::format("{} unlisted {} of {} is exposed", holds ? "no" : "cannot tell whether an", kind, closed.host)
                     : holds  ? fmt::format("{} not exposed beyond the table", at)
                              : fmt::format("cannot tell whether {} is exposed beyond the table", at);
    return;
  }
  AddressSet open, asked;
  IntervalSet ports, protocols;
  for (const Part& part : parts) {
    for (const PacketBox& box : part.walk.in_question) asked.in(part.family) = asked.in(part.family).united(box.src);
    if (result.ports != "other")
      for (const PacketBox& box : part.walk.not_in_question)
        if (box.protocol.contains(result.protocol) && box.dst_port.contains(part.walk.in_question.front().dst_port))
          asked.in(part.family) = asked.in(part.family).minus(box.src);
    for (const Finding& finding : part.answer.breaks) {
      open.in(part.family) = open.in(part.family).united(finding.box.src);
      protocols = protocols.united(finding.box.protocol);
      if (has_ports(finding.box.protocol.min())) ports = ports.united(finding.box.dst_port);
    }
  }
  const AddressSet closed_to = asked.minus(open);
  std::string whom = "ANY";
  if (!closed_to.empty()) {
    const std::string except = "ANY except " + address_words(closed_to);
    const std::string list = address_words(open);
    const auto pieces = [](const AddressSet& set) { return set.v4.intervals().size() + set.v6.intervals().size(); };
    whom = pieces(closed_to) != pieces(open) ? (pieces(closed_to) < pieces(open) ? except : list) : except.size() < list.size() ? except : list;
  }
  if (unlisted) {
    const std::string opened = result.protocol == proto_tcp ? number_words(ports)
                                                            : set_words(Policy{}, Field::protocol, Family::v4, protocols) +
                                                                  (ports.empty() ? "" : " (ports " + number_words(ports) + ")");
    result.summary = fmt::format("{}: unlisted {}{} exposed to {}", closed.host, result.protocol == proto_tcp ? "TCP ports " : "", opened, whom);
    return;
  }
  result.summary = fmt::format("{} exposed to {}", at, whom) + translated_words(closed.host, parts);
}

// How the outside sees it: " (203.0.113.5:8450 reaches GTW:8450)"; empty where nothing is translated.
std::string Checking::translated_words(const std::string& host, const std::vector<Part>& parts) const {
  std::vector<std::string> words;
  for (const Part& part : parts)
    for (const Finding& finding : part.answer.breaks) {
      const Packet& sent = finding.client;
      const Packet& out = finding.replay.outcome.out;
      if (part.path.go.empty() || !out.has(Field::dst) || !out.has(Field::dst_port) || !has_ports(sent.get(Field::protocol))) continue;
      if (out.get(Field::dst) == sent.get(Field::dst) && out.get(Field::dst_port) == sent.get(Field::dst_port)) continue;
      if (!part.walk.usual_dst.contains(sent.get(Field::dst))) continue;
      const std::string address = to_text(Address{part.family, sent.get(Field::dst)});
      const std::string text = fmt::format("{}:{} reaches {}:{}", part.family == Family::v6 ? "[" + address + "]" : address, static_cast<unsigned>(sent.get(Field::dst_port)), host,
                                           static_cast<unsigned>(out.get(Field::dst_port)));
      if (words.size() < 3 && std::find(words.begin(), words.end(), text) == words.end()) words.push_back(text);
    }
  std::string all;
  for (const std::string& text : words) all += (all.empty() ? " (" : ", ") + text;
  return all.empty() ? "" : all + ")";
}

}  // namespace fwproof::solver

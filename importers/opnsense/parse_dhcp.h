// DHCP servers and relays: <dhcpd>, <dhcpdv6>, <dnsmasq>, Kea, <DHCRelay>, <dhcrelay6>.
#pragma once

#include "importers/opnsense/reading.h"

namespace fwproof::importers::opnsense {

class DhcpReader : public Reading {
 protected:
  using Reading::Reading;

  void read_pools(xml_node node);
  void read_dnsmasq(xml_node node);
  void read_kea(xml_node node);
  void read_relays(xml_node node);
  void read_old_relay(xml_node node);

 private:
  void read_more(xml_node node, Pool& pool);
  void read_range(xml_node node, Pool& pool, const char* from, const char* to);
  void read_reserved(xml_node node, Pool& pool, std::string_view v4, std::string_view v6, const char* mac);
  void open_for_dnsmasq(xml_node node);
  void open_for_kea(xml_node general, bool v6);
  void read_kea_server(xml_node server, bool v6);
  void add_relays(xml_node node, bool model);
};

}  // namespace fwproof::importers::opnsense

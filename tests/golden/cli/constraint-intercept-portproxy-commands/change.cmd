netsh interface portproxy add v4tov4 listenport=8443 connectaddress=203.0.113.9 connectport=443
netsh interface portproxy add v4tov4 listenport=443 connectaddress=203.0.113.9 connectport=443
netsh interface portproxy delete v4tov4 listenport=443
netsh interface portproxy add v4tov4 listenaddress=198.51.100.77 listenport=443 connectaddress=203.0.113.9

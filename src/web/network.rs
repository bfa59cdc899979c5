//! Where somebody comes from: a network address, as it is found and told. How it is counted and remembered says
//! [`Source`](crate::authority::Source).

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;

/// Where a request came from: the peer, or, behind a trusted proxy, the last address in
/// `X-Forwarded-For` that no trusted proxy wrote about itself (ACC-19). A person who asks can write whatever
/// they like to the left of it; what cannot be read ends the search, so that it hides nobody.
pub fn origin<'a>(peer: IpAddr, hops: impl DoubleEndedIterator<Item = &'a str>, trusted: &[IpNet]) -> IpAddr {
    let mut source = peer.to_canonical();
    for hop in hops.rev() {
        if !trusted.iter().any(|net| net.contains(&source)) {
            break;
        }
        match hop_address(hop) {
            Some(address) => source = address,
            None => break,
        }
    }
    source
}

/// An address as proxies write it: bare, or with the port behind it.
fn hop_address(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim();
    let bare = hop.parse().ok();
    bare.or_else(|| hop.parse().ok().map(|address: SocketAddr| address.ip())).map(|address| address.to_canonical())
}

/// A place in words, as far as its address tells one.
pub fn told(source: &str) -> String {
    let Ok(address) = source.parse::<IpAddr>() else { return source.to_owned() };
    if address.is_loopback() {
        return "This machine".to_owned();
    }
    let is_local = match address {
        // The networks that carriers share among their customers (RFC 6598) are as local.
        IpAddr::V4(v4) => {
            v4.is_private() || v4.is_link_local() || (v4.octets()[0] == 100 && v4.octets()[1] & 0xc0 == 64)
        }
        IpAddr::V6(v6) => v6.is_unique_local() || v6.is_unicast_link_local(),
    };
    if is_local { format!("A local network ({address})") } else { address.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(peer: &str, forwarded: &str) -> String {
        let trusted = ["10.0.0.0/8", "2001:db8:1::/48"].map(|net| net.parse().unwrap());
        origin(peer.parse().unwrap(), forwarded.split(','), &trusted).to_string()
    }

    #[test]
    fn nobody_but_a_trusted_proxy_is_believed() {
        assert_eq!(found("192.0.2.1", "198.51.100.7"), "192.0.2.1");
        assert_eq!(found("10.0.0.1", "198.51.100.7"), "198.51.100.7");
        // From the right: what stands to the left of the first stranger is the stranger's word.
        assert_eq!(found("10.0.0.1", "203.0.113.9, 198.51.100.7"), "198.51.100.7");
        assert_eq!(found("10.0.0.1", "203.0.113.9, 198.51.100.7 ,10.0.0.2,10.3.0.1"), "198.51.100.7");
        assert_eq!(found("10.0.0.1", "10.0.0.9"), "10.0.0.9");
    }

    #[test]
    fn every_way_to_write_an_address_is_one_address() {
        assert_eq!(found("2001:db8:1::5", "2001:db8:ff::1"), "2001:db8:ff::1");
        assert_eq!(found("::ffff:10.0.0.1", "::ffff:198.51.100.7"), "198.51.100.7");
        assert_eq!(found("10.0.0.1", "[2001:db8:ff::1]:443"), "2001:db8:ff::1");
        assert_eq!(found("10.0.0.1", "198.51.100.7:50123"), "198.51.100.7");
    }

    #[test]
    fn garbage_hides_nobody() {
        for garbage in ["", "unknown", "_hidden", "198.51.100.7.1", "127.1", "0x7f.1", "fe80::1%eth0", "\u{fffd}"] {
            assert_eq!(found("10.0.0.1", &format!("198.51.100.7, {garbage}")), "10.0.0.1", "{garbage:?}");
            assert_eq!(found("10.0.0.1", &format!("{garbage}, 198.51.100.7")), "198.51.100.7", "{garbage:?}");
        }
    }

    #[test]
    fn a_place_is_told_in_words() {
        for (source, words) in [
            ("127.0.0.1", "This machine"),
            ("::1", "This machine"),
            ("192.168.1.4", "A local network (192.168.1.4)"),
            ("100.64.0.9", "A local network (100.64.0.9)"),
            ("fd00::4", "A local network (fd00::4)"),
            ("198.51.100.7", "198.51.100.7"),
            ("", ""),
        ] {
            assert_eq!(told(source), words);
        }
    }
}

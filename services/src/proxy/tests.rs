//! The proxy before a service that says everything back.

use super::*;

const PATIENCE: Duration = Duration::from_secs(30);

/// A service that says everything back.
fn echo() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            thread::spawn(move || {
                let mut back = stream.try_clone().unwrap();
                // Ends when either side does.
                drop(std::io::copy(&mut stream, &mut back));
            });
        }
    });
    port
}

fn proxy() -> Proxy {
    let proxy = Proxy::start().unwrap();
    proxy.forward_to(echo());
    proxy
}

fn client(proxy: &Proxy) -> TcpStream {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, proxy.port())).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// Says something and reads as much back.
fn says(stream: &mut TcpStream, text: &str) -> std::io::Result<String> {
    stream.write_all(text.as_bytes())?;
    let mut back = vec![0; text.len()];
    stream.read_exact(&mut back)?;
    Ok(String::from_utf8(back).unwrap())
}

/// Whether nothing is there to be read although something was sent.
fn is_silent(stream: &TcpStream) -> bool {
    stream.set_nonblocking(true).unwrap();
    let silent = stream.peek(&mut [0]).is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock);
    stream.set_nonblocking(false).unwrap();
    silent
}

fn wait_for_connections(proxy: &Proxy, count: usize) {
    let started = Instant::now();
    while proxy.connections() != count {
        assert!(started.elapsed() < PATIENCE, "{} connections in place of {count}", proxy.connections());
        thread::yield_now();
    }
}

#[test]
fn without_faults_everything_passes_and_both_ends_hear_of_the_end() {
    let proxy = proxy();
    let mut stream = client(&proxy);
    let long = "all of it ".repeat(20_000);
    assert_eq!(says(&mut stream, &long).unwrap(), long);
    assert_eq!(proxy.connections(), 1);
    drop(stream);
    wait_for_connections(&proxy, 0);
}

#[test]
fn a_service_that_is_down_ends_the_connection() {
    let proxy = Proxy::start().unwrap();
    assert_eq!(client(&proxy).read(&mut [0]).unwrap_or(0), 0);
    proxy.forward_to(1);
    assert_eq!(client(&proxy).read(&mut [0]).unwrap_or(0), 0);
}

#[test]
fn a_cut_ends_what_is_open_and_nothing_that_comes_after() {
    let proxy = proxy();
    let mut stream = client(&proxy);
    says(&mut stream, "before").unwrap();
    proxy.cut();
    assert!(says(&mut stream, "after").is_err());
    assert_eq!(says(&mut client(&proxy), "anew").unwrap(), "anew");
}

#[test]
fn random_cuts_come_after_as_many_bytes_as_the_seed_says() {
    let proxy = proxy();
    let passed = |seed| {
        proxy.cut_at_random(seed, 100..10_000);
        let mut stream = client(&proxy);
        let mut bytes = 0;
        while says(&mut stream, "x").is_ok() {
            bytes += 1;
        }
        bytes
    };
    let first = passed(7);
    assert_eq!(first, passed(7));
    assert_ne!(first, passed(8));
    // Both directions count.
    assert!((50..=5_000).contains(&first), "{first}");
    assert_eq!(proxy.cuts(), 3);
}

#[test]
fn a_held_direction_is_silent_until_it_heals_and_loses_nothing() {
    let proxy = proxy();
    let mut stream = client(&proxy);
    says(&mut stream, "before").unwrap();
    for direction in [Direction::Request, Direction::Answer] {
        proxy.hold(direction);
        stream.write_all(b"held").unwrap();
        assert!(is_silent(&stream));
        proxy.heal();
        let mut back = [0; 4];
        stream.read_exact(&mut back).unwrap();
        assert_eq!(&back, b"held");
    }
}

#[test]
fn behind_a_held_direction_nobody_hears_of_an_end() {
    let proxy = proxy();
    let mut stream = client(&proxy);
    says(&mut stream, "before").unwrap();
    proxy.hold(Direction::Request);
    drop(stream);
    let mut other = client(&proxy);
    other.write_all(b"held").unwrap();
    wait_for_connections(&proxy, 2);
    proxy.heal();
    wait_for_connections(&proxy, 1);
}

#[test]
fn a_trap_catches_the_answer_of_the_last_of_its_script_although_it_comes_in_pieces() {
    let proxy = proxy();
    let (mut other, mut stream) = (client(&proxy), client(&proxy));
    proxy.trap(&[b"write", b"COMMIT"], Catch::Answer);
    assert_eq!(says(&mut other, "COMMIT").unwrap(), "COMMIT");
    assert_eq!(says(&mut stream, "wri").unwrap(), "wri");
    assert_eq!(says(&mut stream, "te COM").unwrap(), "te COM");
    assert!(!proxy.wait_until_caught(Duration::ZERO));
    stream.write_all(b"MIT").unwrap();
    assert!(proxy.wait_until_caught(PATIENCE));
    assert!(is_silent(&stream));
    assert_eq!(says(&mut other, "others go on").unwrap(), "others go on");
    proxy.heal();
    let mut back = [0; 3];
    stream.read_exact(&mut back).unwrap();
    assert_eq!(&back, b"MIT");
}

#[test]
fn a_trap_catches_a_request_or_cuts_an_answer_in_two() {
    let proxy = proxy();
    let mut stream = client(&proxy);
    proxy.trap(&[b"COMMIT"], Catch::Request);
    stream.write_all(b"COMMIT").unwrap();
    assert!(proxy.wait_until_caught(PATIENCE));
    proxy.cut();
    assert_eq!(stream.read(&mut [0; 6]).unwrap_or(0), 0);

    let mut stream = client(&proxy);
    proxy.trap(&[b"COMMIT"], Catch::CutAnswer(4));
    stream.write_all(b"COMMIT").unwrap();
    let mut back = Vec::new();
    // A reset may come in place of an end.
    drop(stream.read_to_end(&mut back));
    assert_eq!(back, b"COMM");
}

#[test]
fn a_delay_keeps_the_order() {
    let proxy = proxy();
    let mut stream = client(&proxy);
    proxy.delay(Duration::from_millis(5));
    for text in ["one", "two", "three"] {
        assert_eq!(says(&mut stream, text).unwrap(), text);
    }
}

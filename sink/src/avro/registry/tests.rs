use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    sync::Mutex,
};

use super::*;
use crate::connector::config::UserInfo;

/// A registry on a port of its own: what it answers by path, and what it was asked with.
struct Stub {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

fn stub(answers: &[(&str, u16, &str)]) -> Stub {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answers: HashMap<String, (u16, String)> =
        answers.iter().map(|&(path, status, body)| (path.to_owned(), (status, body.to_owned()))).collect();
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let heard = asked.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let head: Vec<String> =
                BufReader::new(&stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
            let path = head.first().and_then(|line| line.split(' ').nth(1)).unwrap_or_default().to_owned();
            let authorization = head.iter().find_map(|line| line.split_once("uthorization: ")).map(|(_, it)| it);
            heard.lock().unwrap().push(format!("{path} {}", authorization.unwrap_or_default()).trim().to_owned());
            let (status, body) = answers.get(&path).cloned().unwrap_or((404, "<html>".to_owned()));
            let length = body.len();
            drop(write!(&stream, "HTTP/1.1 {status} x\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"));
        }
    });
    Stub { url, asked }
}

fn at(urls: &[&str], user: Option<&str>) -> Registry {
    let user = user.map(|text| UserInfo::new(text.to_owned()));
    let address = |url: &&str| Address { url: (*url).to_owned(), user: user.clone() };
    Registry::new(&SchemaRegistry { addresses: urls.iter().map(address).collect() })
}

const TEXT: &str = r#"{"schema": "\"string\""}"#;

#[test]
fn an_answer_is_a_schema_a_fault_of_the_records_or_none_at_all() {
    for (status, body, expected) in [
        (200, TEXT, "schema"),
        (200, r#"{"schema": "\"string\"", "schemaType": "AVRO", "references": [], "ruleSet": {}}"#, "schema"),
        (200, r#"{"schema": "{}", "schemaType": "JSON"}"#, "schema_unusable"),
        (200, r#"{"schema": "syntax = \"proto3\";", "schemaType": "PROTOBUF"}"#, "schema_unusable"),
        (200, r#"{"schema": "\"strin\""}"#, "schema_unusable"),
        (404, r#"{"error_code": 40403, "message": "Schema not found"}"#, "schema_unknown"),
        (404, r#"{"error_code": 404, "message": "HTTP 404 Not Found"}"#, "Passing"),
        (404, "<html>", "Passing"),
        (200, "<html>", "Passing"),
        (200, "{}", "Passing"),
        (302, "", "Passing"),
        (429, "", "Passing"),
        (500, r#"{"error_code": 50001}"#, "Passing"),
        (503, "", "Passing"),
        (401, r#"{"error_code": 401}"#, "Denied"),
        (403, "", "Denied"),
    ] {
        let stub = stub(&[("/schemas/ids/7", status, body)]);
        let found = match at(&[&stub.url], None).schema(7) {
            Ok(Ok(_)) => "schema".to_owned(),
            Ok(Err(fault)) => {
                assert!(fault.message.contains('7'), "{}", fault.message);
                fault.reason
            }
            Err(error) => {
                assert!(error.message.starts_with(&stub.url), "{error}");
                assert!(!error.message.contains("html"), "{error}");
                format!("{:?}", error.trouble)
            }
        };
        assert_eq!(found, expected, "{status} {body}");
    }
}

#[test]
fn addresses_are_tried_in_turn_and_the_one_that_answered_first_the_next_time() {
    let (broken, well) = (stub(&[]), stub(&[("/schemas/ids/1", 200, TEXT), ("/schemas/ids/2", 200, TEXT)]));
    let nobody = format!("http://{}", TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap());
    let registry = at(&[&nobody, &broken.url, &well.url], None);
    assert!(registry.schema(1).is_ok() && registry.schema(2).is_ok());
    assert_eq!(broken.asked.lock().unwrap().len(), 1);
    let error = at(&[&nobody, &broken.url], None).schema(1).unwrap_err();
    assert!(error.message.contains(&nobody) && error.message.contains(&broken.url), "{error}");
    assert_eq!(error.trouble, Trouble::Passing);
}

#[test]
fn who_asks_says_who_it_is_and_no_error_tells_it() {
    let stub = stub(&[("/schemas/ids/1", 401, "")]);
    let error = at(&[&stub.url], Some("ada:s3cret")).schema(1).unwrap_err();
    assert_eq!(stub.asked.lock().unwrap()[0], "/schemas/ids/1 Basic YWRhOnMzY3JldA==");
    assert!(!error.to_string().contains("s3cret"), "{error}");
}

#[test]
fn references_are_fetched_each_once_and_a_missing_one_is_named() {
    let order = r#"{"schema": "{\"type\": \"record\", \"name\": \"Order\", \"fields\": [{\"name\": \"to\", \"type\": \"Address\"}, {\"name\": \"in\", \"type\": \"Country\"}]}",
        "references": [{"name": "Address", "subject": "a/b", "version": 2}, {"name": "Country", "subject": "c", "version": 1}]}"#;
    let address = r#"{"schema": "{\"type\": \"record\", \"name\": \"Address\", \"fields\": [{\"name\": \"in\", \"type\": \"Country\"}]}",
        "references": [{"name": "Country", "subject": "c", "version": 1}]}"#;
    let country = r#"{"schema": "{\"type\": \"enum\", \"name\": \"Country\", \"symbols\": [\"DE\"]}"}"#;
    let (of_order, of_address, of_country) =
        ("/schemas/ids/1", "/subjects/a%2Fb/versions/2?deleted=true", "/subjects/c/versions/1?deleted=true");
    let whole = stub(&[(of_order, 200, order), (of_address, 200, address), (of_country, 200, country)]);
    at(&[&whole.url], None).schema(1).unwrap().unwrap();
    assert_eq!(whole.asked.lock().unwrap().len(), 3);
    let gone = r#"{"error_code": 40401}"#;
    let holed = stub(&[(of_order, 200, order), (of_address, 200, address), (of_country, 404, gone)]);
    let fault = at(&[&holed.url], None).schema(1).unwrap().unwrap_err();
    assert_eq!(fault.reason, "schema_unusable");
    assert!(fault.message.contains("version 1 of c"), "{}", fault.message);
}

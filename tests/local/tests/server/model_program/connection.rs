//! The connection of a program: commands and data that it reads, answers and events that it writes.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::io::{BufReader, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;

use serde_json::{Value, json};

/// The connection of a program to the server.
pub struct Program {
    stream: UnixStream,
    reader: BufReader<UnixStream>,
    /// Commands that have arrived while data was expected.
    waiting: VecDeque<(String, Value)>,
}

impl Program {
    pub fn connect(path: OsString) -> Self {
        let stream = UnixStream::connect(path).unwrap();
        let reader = BufReader::new(stream.try_clone().unwrap());
        Self { stream, reader, waiting: VecDeque::new() }
    }

    pub fn close(&self) {
        self.stream.shutdown(Shutdown::Both).unwrap();
    }

    /// Reads the data of a parameter, a part at a time.
    pub fn read_all(&mut self, param: &Value) -> Vec<Vec<u8>> {
        let amount = param["amount"].as_u64().unwrap();
        let mut data = Vec::new();
        while (data.len() as u64) < amount {
            let start = data.len() as u64;
            self.request(param["dataset"].as_str().unwrap(), start, 3.min(amount - start));
            data.extend(self.data());
        }
        data
    }

    /// The next command. Nothing at the end of the connection.
    pub fn command(&mut self) -> Option<(String, Value)> {
        if let Some(command) = self.waiting.pop_front() {
            return Some(command);
        }
        let mut kind = [0];
        self.reader.read_exact(&mut kind).ok()?;
        assert_eq!(kind, [0]);
        Some(self.read_command())
    }

    fn read_command(&mut self) -> (String, Value) {
        let length = self.u64();
        let mut command: Value = serde_json::from_slice(&self.bytes(length)).unwrap();
        (command["method"].as_str().unwrap().to_owned(), command["params"].take())
    }

    /// The next data.
    fn data(&mut self) -> Vec<Vec<u8>> {
        while self.bytes(1) == [0] {
            let command = self.read_command();
            self.waiting.push_back(command);
        }
        let request = self.bytes(4);
        assert_eq!(request, [0, 0, 0, 5]);
        let count = u32::from_be_bytes(self.bytes(4).try_into().unwrap());
        (0..count)
            .map(|_| {
                let length = self.u64();
                self.bytes(length)
            })
            .collect()
    }

    fn u64(&mut self) -> u64 {
        u64::from_be_bytes(self.bytes(8).try_into().unwrap())
    }

    fn bytes(&mut self, length: u64) -> Vec<u8> {
        let mut bytes = vec![0; usize::try_from(length).unwrap()];
        self.reader.read_exact(&mut bytes).unwrap();
        bytes
    }

    pub fn request(&mut self, dataset: &str, start: u64, amount: u64) {
        let request =
            json!({"event": "requestData", "requestId": 5, "dataset": dataset, "startIndex": start, "amount": amount});
        self.data_event(request);
    }

    pub fn data_event(&mut self, event: Value) {
        let event = event.to_string();
        let mut frame = vec![1];
        frame.extend((event.len() as u64).to_be_bytes());
        frame.extend(event.as_bytes());
        self.send(&frame);
    }

    pub fn answer(&mut self, id: &str, result: Value, blobs: &[&[u8]]) {
        self.message(json!({"id": id, "result": result}).to_string().as_bytes(), blobs);
    }

    pub fn event(&mut self, event: &str, params: Value, blobs: &[&[u8]]) {
        self.message(json!({"event": event, "params": params}).to_string().as_bytes(), blobs);
    }

    pub fn message(&mut self, json: &[u8], blobs: &[&[u8]]) {
        let mut frame = vec![0];
        frame.extend((blobs.len() as u32).to_be_bytes());
        for part in std::iter::once(&json).chain(blobs) {
            frame.extend((part.len() as u64).to_be_bytes());
            frame.extend(*part);
        }
        frame.push(0);
        self.send(&frame);
    }

    /// The server may have closed the connection.
    pub fn send(&mut self, frame: &[u8]) {
        let _ = self.stream.write_all(frame);
    }
}

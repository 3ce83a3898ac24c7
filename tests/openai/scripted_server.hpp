// SPDX-License-Identifier: Apache-2.0
// A server of raw sockets that does exactly what a test says, also what no HTTP library would do.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

/// One connection, its request already read.
class connection {
 public:
  connection(int fd, const std::atomic<bool>& ending) : fd_(fd), ending_(ending) {}

  /// False when the client has gone.
  bool send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }
  /// Says nothing until the client hangs up, or the test is over.
  void hang() const {
    char byte;
    while (!ending_) {
      pollfd p{fd_, POLLIN, 0};
      if (::poll(&p, 1, 5) > 0 && ::recv(fd_, &byte, 1, 0) <= 0) return;
    }
  }

 private:
  int fd_;
  const std::atomic<bool>& ending_;
};

class scripted_server {
 public:
  /// `script(connection, request)` runs for each connection; the connection closes when it returns.
  using script_function = std::function<void(const connection&, int number)>;

  explicit scripted_server(script_function script) : script_(std::move(script)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 16) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      std::abort();
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  scripted_server(const scripted_server&) = delete;
  scripted_server& operator=(const scripted_server&) = delete;
  ~scripted_server() {
    ending_ = true;
    thread_.join();
    for (std::thread& t : handlers_) t.join();
    ::close(listener_);
  }

  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  /// Headers and bodies received so far, one a connection.
  [[nodiscard]] std::vector<std::string> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  [[nodiscard]] std::string body(std::size_t i = 0) {
    const std::string all = requests().at(i);
    return all.substr(all.find("\r\n\r\n") + 4);
  }

 private:
  void serve() {
    for (int number = 0; !ending_;) {
      pollfd p{listener_, POLLIN, 0};
      if (::poll(&p, 1, 5) <= 0) continue;
      const int fd = ::accept(listener_, nullptr, nullptr);
      if (fd < 0) continue;
      handlers_.emplace_back([this, fd, number] {
        std::string request = read_request(fd);
        {
          const std::lock_guard lock(mutex_);
          requests_.push_back(std::move(request));
        }
        script_(connection(fd, ending_), number);
        ::shutdown(fd, SHUT_WR);
        ::close(fd);
      });
      ++number;
    }
  }
  [[nodiscard]] std::string read_request(int fd) const {
    std::string all;
    std::size_t need = std::string::npos;
    char block[65536];
    while (all.size() < need && !ending_) {
      pollfd p{fd, POLLIN, 0};
      if (::poll(&p, 1, 5) <= 0) continue;
      const ssize_t n = ::recv(fd, block, sizeof block, 0);
      if (n <= 0) break;
      all.append(block, static_cast<std::size_t>(n));
      const std::size_t end = all.find("\r\n\r\n");
      const std::size_t length = all.find("Content-Length: ");
      if (need == std::string::npos && end != std::string::npos) {
        need = end + 4 + (length < end ? std::strtoul(all.c_str() + length + 16, nullptr, 10) : 0);
      }
    }
    return all;
  }

  script_function script_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> ending_{false};
  std::mutex mutex_;
  std::vector<std::string> requests_;
  std::vector<std::thread> handlers_;
  std::thread thread_;
};

/// A whole response.
inline std::string response(std::string_view status, std::string_view type, std::string_view body, std::string_view headers = "") {
  return "HTTP/1.1 " + std::string(status) + "\r\nContent-Type: " + std::string(type) +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n" + std::string(headers) + "\r\n" +
         std::string(body);
}
/// The beginning of a streamed one; its end is the end of the connection.
inline constexpr std::string_view stream_head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";
inline std::string event(std::string_view data) { return "data: " + std::string(data) + "\n\n"; }
inline std::string words(std::string_view text) { return event("{\"choices\":[{\"delta\":{\"content\":\"" + std::string(text) + "\"}}]}"); }
inline std::string finish(std::string_view reason = "stop") {
  return event("{\"choices\":[{\"delta\":{},\"finish_reason\":\"" + std::string(reason) + "\"}]}");
}

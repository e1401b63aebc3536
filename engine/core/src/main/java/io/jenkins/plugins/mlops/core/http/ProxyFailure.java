package io.jenkins.plugins.mlops.core.http;

import java.io.IOException;

/** It is a proxy that failed, not the server. The message goes on where a sentence has named the server. */
final class ProxyFailure extends IOException {

    private static final long serialVersionUID = 1L;

    ProxyFailure(String message) {
        super(message);
    }
}

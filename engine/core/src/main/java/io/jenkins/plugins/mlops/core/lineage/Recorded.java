package io.jenkins.plugins.mlops.core.lineage;

import io.jenkins.plugins.mlops.core.digest.Digest;

/** A statement in the store. @param record the digest of its bytes, which is its name */
public record Recorded<P extends Predicate>(Digest record, Statement statement, P predicate) {}

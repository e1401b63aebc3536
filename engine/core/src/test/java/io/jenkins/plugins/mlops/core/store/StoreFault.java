package io.jenkins.plugins.mlops.core.store;

/** What {@link FaultyWay} does to one exchange with an object store. */
public enum StoreFault {
    /** A reset, and the store never hears of the request. */
    RESET_BEFORE,
    /** The store does what is asked; then a reset in place of its answer. */
    ANSWER_LOST,
    RESET_IN_HEAD,
    RESET_IN_BODY,
    /** The end of the connection in the middle of the body. */
    TRUNCATED,
    /** Half of the body, and a header that says that this is all. */
    CUT_WITH_LENGTH,
    /** Half of a body without a length. */
    CUT_WITHOUT_LENGTH,
    /** More than the object has. */
    TOO_LONG,
    STALL_BEFORE,
    STALL_IN_HEAD,
    STALL_IN_BODY,
    /** A few bytes at a time, slowly. */
    DRIP,
    /** The right number of bytes, one of them changed. */
    WRONG_BYTES,
    HTTP_500,
    HTTP_502,
    HTTP_503,
    HTTP_429,
    HTTP_403,
    /** What S3 says when the clocks differ. */
    SKEWED,
    /** What S3 says when a request's body comes too slowly. */
    REQUEST_TIMEOUT,
    /** 200 with an S3 error as its body, as S3 answers to the completion of an upload. */
    ERROR_IN_200,
    /** 200 with a page for people. */
    FOREIGN_PAGE,
    EMPTY_200,
    NOT_HTTP,
    REDIRECT,
    REDIRECT_FOR_GOOD,
    /** The object gets other bytes after half of the body was sent, then the connection ends. */
    REPLACED,
    /** A range was asked for, all of it comes. */
    WHOLE_FOR_RANGE,
    /** Another range than the one asked for, and the header says so. */
    ANOTHER_RANGE,
    /** The bytes of another range under the header of the one asked for. */
    FALSE_RANGE,
    RANGE_WITHOUT_HEADER,
    RANGE_REFUSED,
    /** The bytes as asked for, the ETag of another state. */
    WRONG_ETAG,
    NO_ETAG,
    /** A byte whenever a client may be about to lose patience; planned only, since it lasts. */
    TRICKLE,
    GZIP
}

package io.jenkins.plugins.mlops.event;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.model.UnprotectedRootAction;
import hudson.security.csrf.CrumbExclusion;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.StaplerRequest2;
import org.kohsuke.stapler.StaplerResponse2;

/**
 * The endpoint {@code mlops-events/PATH} that other servers send events to, without a login of Jenkins: the {@link EventReceiver} of
 * that path finds out who sends. What reaches one is a POST of at most {@value #MAX_BODY} bytes, whether it says its length or not.
 */
@Extension
public final class EventsRootAction implements UnprotectedRootAction {

    private static final Logger LOGGER = Logger.getLogger(EventsRootAction.class.getName());

    /** The path below Jenkins' address. */
    public static final String URL = "mlops-events";

    /** In bytes; the events of both Bitbucket products stay far below. */
    public static final int MAX_BODY = 1024 * 1024;

    @CheckForNull
    @Override
    public String getIconFileName() {
        return null;
    }

    @CheckForNull
    @Override
    public String getDisplayName() {
        return null;
    }

    @NonNull
    @Override
    public String getUrlName() {
        return URL;
    }

    /** Open to anybody on purpose; changes nothing but what a receiver lets. Another method than POST is answered 405. */
    @Restricted(NoExternalUse.class) // for the senders
    public void doDynamic(StaplerRequest2 request, StaplerResponse2 response) throws IOException {
        EventAnswer answer = answer(request, response);
        response.setStatus(answer.status());
        response.setContentType("text/plain;charset=UTF-8");
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.getOutputStream().write((answer.sentence() + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private static EventAnswer answer(StaplerRequest2 request, StaplerResponse2 response) {
        String path = request.getRestOfPath();
        EventReceiver receiver =
                path.startsWith("/") ? EventReceiver.of(path.substring(1)).orElse(null) : null;
        if (receiver == null) {
            return new EventAnswer(HttpServletResponse.SC_NOT_FOUND, "No events are taken here");
        }
        if (!request.getMethod().equals("POST")) {
            response.setHeader("Allow", "POST");
            return new EventAnswer(HttpServletResponse.SC_METHOD_NOT_ALLOWED, "Events are sent by POST");
        }
        EventAnswer tooLarge = new EventAnswer(
                HttpServletResponse.SC_REQUEST_ENTITY_TOO_LARGE, "The body has more than " + MAX_BODY + " bytes");
        if (request.getContentLengthLong() > MAX_BODY) {
            return tooLarge;
        }
        byte[] body;
        try {
            body = request.getInputStream().readNBytes(MAX_BODY + 1);
        } catch (IOException e) {
            LOGGER.log(Level.FINE, "A body broke off", e);
            return new EventAnswer(HttpServletResponse.SC_BAD_REQUEST, "The body broke off");
        }
        return body.length > MAX_BODY ? tooLarge : receiver.receive(new EventRequest(request::getHeader, body));
    }

    /** Other servers have no crumb; exactly the receivers' paths do without one, nothing below or beside them. */
    @Extension
    public static final class WithoutCrumb extends CrumbExclusion {

        private static final String BELOW = "/" + URL + "/";

        @Override
        public boolean process(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                throws IOException, ServletException {
            String path = request.getPathInfo();
            if (path == null
                    || !path.startsWith(BELOW)
                    || EventReceiver.of(path.substring(BELOW.length())).isEmpty()) {
                return false;
            }
            chain.doFilter(request, response);
            return true;
        }
    }
}

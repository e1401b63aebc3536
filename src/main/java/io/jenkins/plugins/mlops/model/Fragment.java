package io.jenkins.plugins.mlops.model;

import io.jenkins.plugins.mlops.core.digest.Digest;
import jakarta.servlet.ServletException;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import org.apache.commons.jelly.JellyException;
import org.apache.commons.jelly.Script;
import org.apache.commons.jelly.XMLOutput;
import org.kohsuke.stapler.StaplerRequest2;
import org.kohsuke.stapler.StaplerResponse2;
import org.kohsuke.stapler.WebApp;
import org.kohsuke.stapler.jelly.HTMLWriterOutput;
import org.kohsuke.stapler.jelly.JellyClassTearOff;
import org.kohsuke.stapler.jelly.JellyFacet;

/**
 * A part of a page that the page fetches once it is there, since it takes a server's answer. Sent with an entity tag, so that what has
 * not changed does not go over the network again.
 */
final class Fragment {

    /** Tells the page's script that an answer is on its way. */
    private static final String ASKING = "X-Mlops-Asking";

    private Fragment() {}

    /** @param asking whether it is worth to ask again soon */
    static void send(Object it, String view, boolean asking, StaplerRequest2 request, StaplerResponse2 response)
            throws IOException, ServletException {
        response.setContentType("text/html;charset=UTF-8");
        byte[] body = render(it, view, request, response).getBytes(StandardCharsets.UTF_8);
        String tag = "\"" + Digest.of(body).hex() + "\"";
        response.setHeader("ETag", tag);
        // Kept, but asked for each time: whoever looks may have lost a permission.
        response.setHeader("Cache-Control", "private, no-cache");
        response.setHeader("X-Content-Type-Options", "nosniff");
        if (asking) {
            response.setHeader(ASKING, "true");
        }
        if (tag.equals(request.getHeader("If-None-Match"))) {
            response.setStatus(StaplerResponse2.SC_NOT_MODIFIED);
            return;
        }
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }

    private static String render(Object it, String view, StaplerRequest2 request, StaplerResponse2 response)
            throws IOException, ServletException {
        WebApp app = WebApp.getCurrent();
        StringWriter text = new StringWriter();
        try {
            Script script =
                    app.getMetaClass(it).loadTearOff(JellyClassTearOff.class).findScript(view);
            XMLOutput output = HTMLWriterOutput.create(text, false);
            app.getFacet(JellyFacet.class).scriptInvoker.invokeScript(request, response, script, it, output);
            output.flush();
        } catch (JellyException | RuntimeException e) {
            throw new ServletException(e);
        }
        return text.toString();
    }
}

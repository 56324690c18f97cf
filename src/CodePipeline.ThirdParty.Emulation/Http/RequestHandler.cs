using System.Threading;
using System.Threading.Tasks;

namespace CodePipeline.ThirdParty.Emulation.Http;

/// <summary>Answers a request.</summary>
/// <param name="call">The request.</param>
/// <param name="requestId">The id that the answer goes out with.</param>
/// <param name="stop">Cancelled when the emulator stops.</param>
internal delegate Task<HttpResponse> RequestHandler(HttpRequest call, string requestId, CancellationToken stop);
